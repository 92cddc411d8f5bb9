"""Names that other libraries have and this one has not: what to write instead.

There is one table for each place where such a name is typed. A name that exists here is in none of them.
"""

ARGUMENTS = {"dim": "axis", "keepdim": "keepdims", "lr": "learning_rate", "eps": "epsilon", "params": "parameters"}

TENSOR = {
    "view": "tensor.reshape(...)",
    "permute": "tensor.transpose(...)",
    "t": "tensor.T",
    "unsqueeze": "autograd.expand_dims(tensor, axis)",
    "clamp": "tensor.clip(...)",
    "matmul": "tensor @ other",
    "numel": "tensor.size",
    "dim": "tensor.ndim",
    "clone": "Tensor(tensor.data.copy())",
    "argmax": "tensor.data.argmax()",
    "tolist": "tensor.data.tolist()",
    "float": "tensor.astype(np.float32)",
    "double": "tensor.astype(np.float64)",
    "to": "tensor.astype(dtype) for a dtype; there is one device, the CPU",
    "cpu": "the tensor itself, there is one device, the CPU",
    "cuda": "the tensor itself, there is one device, the CPU",
    "requires_grad_": "tensor.requires_grad = True",
    "zero_": "tensor.data[...] = 0",
    "grad_fn": "tensor.node",
}

FUNCTIONS = {
    "cat": "autograd.concatenate",
    "clamp": "autograd.clip",
    "unsqueeze": "autograd.expand_dims",
    "permute": "autograd.transpose",
    "bmm": "autograd.matmul",
    "mm": "autograd.matmul",
    "mse_loss": "autograd.mse",
    "Variable": "autograd.Tensor",
    "from_numpy": "autograd.Tensor(array)",
    "zeros": "autograd.Tensor(np.zeros(shape))",
    "ones": "autograd.Tensor(np.ones(shape))",
    "randn": "autograd.Tensor(rng.standard_normal(shape))",
    "manual_seed": "rng = np.random.default_rng(seed), and pass rng",
    "Module": "autograd.nn.Module",
    "Adam": "autograd.optim.Adam",
    "SGD": "autograd.optim.SGD",
}

LAYERS = {
    "MSELoss": "autograd.mse",
    "CrossEntropyLoss": "autograd.cross_entropy",
    "BCEWithLogitsLoss": "autograd.binary_cross_entropy_with_logits",
    "Softmax": "autograd.softmax",
    "BatchNorm1d": "nn.BatchNorm",
    "BatchNorm2d": "nn.BatchNorm",
    "Dropout2d": "nn.Dropout",
    "Upsample": "nn.Upsample2d",
    "Parameter": "Tensor(array, requires_grad=True) as an attribute",
    "ModuleList": "a list of modules",
    "ModuleDict": "a dict of modules",
    "functional": "the functions of autograd",
}


def missing(what, name, instead, where=None):
    """The AttributeError for `name`, asked of `what`; it says what to write if the table `instead` knows."""
    hint = f": write {instead[name]}" if name in instead else ""
    return AttributeError(f"{what} has no attribute {name!r}{hint}", name=name, obj=where)


class NotHere:
    """An attribute in the place of such a name: reading it raises the error of `missing`.

    A class could have one ``__getattr__`` for all names; but then Python reads every attribute of its objects more
    slowly, also those that exist: a node of the graph took 6 % more time.
    """

    def __init__(self, what, name, instead):
        self.what, self.name, self.instead = what, name, instead

    def __get__(self, where, owner):
        raise missing(self.what, self.name, self.instead, where)
