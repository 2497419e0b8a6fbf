"""Marks round parts of a text that is translated, and how they are found in the translation.

    The <a>staff</a> were lovely.  ->  O < A>pessoal,</ a> foi adorável.
                                   ->  O pessoal, foi adorável.   a: "pessoal"

The idea is that of EasyProject (Chen et al., 2023; brackets), LabelPigeon (XML tags) and xMEN
(numbers): a translator carries marks along with the words. `forms` says how marks look, `parts` and
`insert` put them in, `tokens` finds what became of them, `pairing` decides what belongs together,
`strip` takes them out, `edges` mends where they stand, and `read` does it all.
"""
