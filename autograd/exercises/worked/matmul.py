"""L depends on A through y_ij = sum over k of a_ik b_kj. So dL/da_ik = sum over j of g_ij b_kj = (G B^T)_ik, and
dL/db_kj = sum over i of a_ik g_ij = (A^T G)_kj.
"""

HINTS = (
    "Write down the shapes of g, A and B. Which product has the shape of A?",
    "The gradient of A is g times B transposed; that of B is A transposed times g.",
    "return g @ b.T for a, a.T @ g for b",
)


def matmul(a, b):
    return a @ b, lambda g: g @ b.T, lambda g: a.T @ g
