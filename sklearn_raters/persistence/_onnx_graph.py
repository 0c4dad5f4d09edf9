"""A graph of ONNX that grows operation by operation, and takes in graphs that other libraries make."""

import numpy as np

OPSETS = {"": 18, "ai.onnx.ml": 3}
_IR_VERSION = 9


class Graph:
    """A graph in the making: its operations and constants; results are known by their names."""

    def __init__(self):
        self.inputs, self.nodes, self.constants = [], [], []

    def input(self, name, dtype, shape):
        """Add an input and return its name; text in `shape` names a free size."""
        from onnx import helper

        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def op(self, kind, *operands, **attributes):
        """Add an operation on results (their names) and arrays; return the name of its result."""
        from onnx import helper

        name = f"{kind}_{len(self.nodes)}"
        names = [part if isinstance(part, str) else self._constant(part) for part in operands]
        self.nodes.append(helper.make_node(kind, names, [name], name=name, **attributes))
        return name

    def cast(self, name, dtype):
        """Convert a result to another type."""
        from onnx import helper

        return self.op("Cast", name, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def embed(self, model, source, result):
        """Add the graph of a model with one input, given the name of `source`; return its output `result`."""
        from onnx import compose, helper

        prefix = f"part{len(self.nodes)}_"
        graph = compose.add_prefix(model, prefix).graph
        self.nodes.append(helper.make_node("Identity", [source], [graph.input[0].name], name=f"{prefix}in"))
        self.nodes.extend(graph.node)
        self.constants.extend(graph.initializer)
        return graph.output[result].name

    def _constant(self, array):
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def model(self, outputs, description):
        """Return the model of ONNX.

        Parameters
        ----------
        outputs : dict of str to tuple
            For each output the name of a result, float64, and its shape.
        description : dict of str to str
            What the model's metadata say.

        Returns
        -------
        onnx.ModelProto
            The checked model.
        """
        import onnx
        from onnx import TensorProto, helper

        infos = []
        for name, (result, shape) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [result], [name], name=f"out_{name}"))
            infos.append(helper.make_tensor_value_info(name, TensorProto.DOUBLE, shape))
        graph = helper.make_graph(self.nodes, "sklearn_raters", self.inputs, infos, self.constants)
        opsets = [helper.make_opsetid(*pair) for pair in OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        helper.set_model_props(model, description)
        onnx.checker.check_model(model)
        return model


def round_for_trees(model):
    """Round what the trees of a graph in float64 read to float32, as scikit-learn's trees do."""
    from onnx import TensorProto, helper

    nodes = []
    for node in model.graph.node:
        if node.op_type.startswith("TreeEnsemble"):
            source, single, rounded = node.input[0], f"{node.output[0]}_single", f"{node.output[0]}_rounded"
            nodes.append(helper.make_node("Cast", [source], [single], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Cast", [single], [rounded], to=TensorProto.DOUBLE))
            node.input[0] = rounded
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
