"""What ``autograd/proof/gradcheck.py`` is made of.

In the order in which a check goes: `arguments` become float64, `replay` turns generators back, `watch` looks at every
gradient on its way, `probe` evaluates the function around its arguments, `compare` puts both derivatives side by side,
`kinks` tells a corner from a mistake. Then `report` says that all is well, or `complaint` what is not, with the help of
`blame` (which op?) and `hints` (what mistake?).
"""
