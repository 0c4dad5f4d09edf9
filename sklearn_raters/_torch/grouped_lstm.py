"""LSTMs of several networks, each on sequences of its own, computed step by step in one batch."""

import torch

_forward_cell = torch.ops.aten._thnn_fused_lstm_cell
_backward_cell = torch.ops.aten._thnn_fused_lstm_cell_backward_impl


def _cell(gates, recurrent, cell):
    """Return the state, the cell and the gates after their nonlinearities, in the order of torch's LSTM."""
    total = gates + recurrent
    enter, forget, new, leave = total.chunk(4, dim=1)
    parts = enter.sigmoid(), forget.sigmoid(), new.tanh(), leave.sigmoid()
    cell = parts[1] * cell + parts[0] * parts[2]
    return parts[3] * cell.tanh(), cell, torch.cat(parts, dim=1)


def _slopes(of_state, of_cell, before, cell, gates):
    """Return the gradients of `_cell` by its gates and by the cell before."""
    enter, forget, new, leave = gates.chunk(4, dim=1)
    squashed = cell.tanh()
    of_cell = of_state * leave * (1 - squashed**2) + of_cell
    of_leave = of_state * squashed * leave * (1 - leave)
    of_enter, of_forget = of_cell * new * enter * (1 - enter), of_cell * before * forget * (1 - forget)
    of_new = of_cell * enter * (1 - new**2)
    return torch.cat([of_enter, of_forget, of_new, of_leave], dim=1), of_cell * forget


class GroupedLSTM(torch.autograd.Function):
    """The states of LSTMs whose input has already been multiplied by their weights.

    On a GPU, torch's own kernels compute the cells: two calls a step instead of a dozen. Its LSTM takes one
    network only, and computes few sequences at a small share of a GPU's speed.
    """

    @staticmethod
    def forward(ctx, gates, weight):
        """Compute the states.

        Parameters
        ----------
        ctx : object
            What `backward` needs.
        gates : tensor of shape (n_frames, n_lstms, n_samples, 4 * n_units)
            Products of input and weights, with both biases.
        weight : tensor of shape (n_lstms, n_units, 4 * n_units)
            Weights of the states.

        Returns
        -------
        tensor of shape (n_frames, n_lstms, n_samples, n_units)
            The states.
        """
        n_frames, n_lstms, n_samples, _ = gates.shape
        shape = n_lstms, n_samples, weight.shape[1]
        flat = gates.flatten(1, 2)
        state, cell = gates.new_zeros(shape), gates.new_zeros(n_lstms * n_samples, shape[2])
        advance = _forward_cell if gates.is_cuda else _cell
        states, cells, opened = [], [], []
        for frame in range(n_frames):
            recurrent = torch.bmm(state, weight).flatten(0, 1)
            state, cell, after = advance(flat[frame], recurrent, cell)
            state = state.view(shape)
            states.append(state)
            cells.append(cell)
            opened.append(after)
        states = torch.stack(states)
        ctx.save_for_backward(weight, states, *cells, *opened)
        return states

    @staticmethod
    def backward(ctx, slopes):
        """Return the gradients of the gates and of the weights."""
        weight, states, *steps = ctx.saved_tensors
        n_frames, n_lstms, n_samples, n_units = states.shape
        cells, opened = steps[:n_frames], steps[n_frames:]
        transposed = weight.transpose(1, 2)
        of_state, of_cell = torch.zeros_like(states[0]), torch.zeros_like(cells[0])
        of_gates = states.new_empty(n_frames, n_lstms * n_samples, 4 * n_units)
        for frame in reversed(range(n_frames)):
            before = cells[frame - 1] if frame else torch.zeros_like(cells[0])
            of_state = (of_state + slopes[frame]).view(-1, n_units)
            if states.is_cuda:
                of_step, of_cell, _ = _backward_cell(
                    of_state, of_cell, before, cells[frame], opened[frame], False
                )
            else:
                of_step, of_cell = _slopes(of_state, of_cell, before, cells[frame], opened[frame])
            of_gates[frame] = of_step
            of_state = torch.bmm(of_step.view(n_lstms, n_samples, -1), transposed)
        of_gates = of_gates.view(n_frames, n_lstms, n_samples, -1)
        # The first frame's state before it is zero.
        before, after = (part.transpose(0, 1).flatten(1, 2) for part in (states[:-1], of_gates[1:]))
        return of_gates, torch.bmm(before.transpose(1, 2), after)
