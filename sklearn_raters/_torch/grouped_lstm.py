"""LSTMs of several networks, each on sequences of its own, computed frame by frame in one batch."""

import torch

_forward_cell = torch.ops.aten._thnn_fused_lstm_cell
_backward_cell = torch.ops.aten._thnn_fused_lstm_cell_backward_impl

# As input of a forget gate it closes the gate exactly: nothing of the cell before is left.
CLOSED = -1e9


def _cell(gates, recurrent, cell):
    """Return the state, the cell and the gates after their nonlinearities, in the order of torch's LSTM."""
    enter, forget, new, leave = (gates + recurrent).chunk(4, dim=1)
    parts = enter.sigmoid(), forget.sigmoid(), new.tanh(), leave.sigmoid()
    cell = parts[1] * cell + parts[0] * parts[2]
    return parts[3] * cell.tanh(), cell, torch.cat(parts, dim=1)


def _slopes(of_state, of_cell, before, cell, gates, has_bias):
    """Return the gradients of `_cell` by its gates and by the cell before, and nothing for a bias."""
    enter, forget, new, leave = gates.chunk(4, dim=1)
    squashed = cell.tanh()
    of_cell = of_state * leave * (1 - squashed**2) + of_cell
    of_enter, of_forget = of_cell * new * enter * (1 - enter), of_cell * before * forget * (1 - forget)
    of_new, of_leave = of_cell * enter * (1 - new**2), of_state * squashed * leave * (1 - leave)
    return torch.cat([of_enter, of_forget, of_new, of_leave], dim=1), of_cell * forget, None


class GroupedLSTM(torch.autograd.Function):
    """The states of LSTMs whose input has already been multiplied by their weights.

    On a GPU, kernels of torch compute the cells, in one call a frame instead of a dozen. torch's LSTM takes
    one network only, and its few sequences leave most of a GPU idle.
    """

    @staticmethod
    def forward(ctx, gates, weight, goes_on):
        """Compute the states.

        Parameters
        ----------
        ctx : object
            What `backward` needs.
        gates : tensor of shape (n_frames, n_lstms, n_rows, 4 * n_units)
            Products of input and weights, with both biases. Each row holds sequences one after the other.
        weight : tensor of shape (n_lstms, n_units, 4 * n_units)
            Weights of the states.
        goes_on : tensor of shape (n_frames, n_lstms, n_rows, 1)
            0 for the first frame of a sequence, whose forget gates are closed in `gates`, 1 for the others.

        Returns
        -------
        tensor of shape (n_frames, n_lstms, n_rows, n_units)
            The states.
        """
        _, n_lstms, n_rows, _ = gates.shape
        shape = n_lstms, n_rows, weight.shape[1]
        state, cell = gates.new_zeros(shape), gates.new_zeros(n_lstms * n_rows, shape[2])
        advance = _forward_cell if gates.is_cuda else _cell
        states, cells, opened = [], [], []
        for of_frame, goes in zip(gates.flatten(1, 2).unbind(), goes_on.unbind(), strict=True):
            recurrent = torch.bmm(state * goes, weight).flatten(0, 1)
            state, cell, after = advance(of_frame, recurrent, cell)
            state = state.view(shape)
            states.append(state)
            cells.append(cell)
            opened.append(after)
        states = torch.stack(states)
        ctx.save_for_backward(weight, goes_on, states, *cells, *opened)
        return states

    @staticmethod
    def backward(ctx, slopes):
        """Return the gradients of the gates and of the weights."""
        weight, goes_on, states, *steps = ctx.saved_tensors
        n_frames, n_lstms, n_rows, n_units = states.shape
        cells, opened = steps[:n_frames], steps[n_frames:]
        transposed, zeros = weight.transpose(1, 2), torch.zeros_like(cells[0])
        retreat = _backward_cell if states.is_cuda else _slopes
        of_state, of_cell, of_gates = slopes[-1], zeros, []
        slopes = slopes.unbind()
        for frame in reversed(range(n_frames)):
            before = cells[frame - 1] if frame else zeros
            of_state = of_state.view(-1, n_units)
            of_step, of_cell, _ = retreat(of_state, of_cell, before, cells[frame], opened[frame], False)
            of_gates.append(of_step)
            if frame:
                back = torch.bmm(of_step.view(n_lstms, n_rows, -1), transposed)
                of_state = torch.addcmul(slopes[frame - 1], back, goes_on[frame])
        of_gates = torch.stack(of_gates[::-1]).view(n_frames, n_lstms, n_rows, -1)
        parts = states[:-1] * goes_on[1:], of_gates[1:]
        before, after = (part.transpose(0, 1).flatten(1, 2) for part in parts)
        return of_gates, torch.bmm(before.transpose(1, 2), after), None
