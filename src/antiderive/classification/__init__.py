"""Will it integrate? Classifiers of integrands: by what, how likely, how long.

They learn from labelled sets (:mod:`antiderive.labelling`). This package is light: what needs torch,
scikit-learn or transformers is imported by the module that uses it.
"""
