"""The resources of a board: the table of them, and how they are found and read.

`endpoints` is the table. `path_finder` finds its rows by links, and `reader` reads and
decodes them; `collections` reads their members, with one request where `expansion`
works, `tree_expansion` reads a resource with those inside it, `expand_requests` sends
the requests of both, and `bulk` reads many rows. `availability`, `link_reads`,
`expand_verdicts` and `memory` keep findings that save requests. `commands` and `media`
write. `chassis`, `devices`, `accounts`, `identity` and `logs` read what takes more than
one resource.
"""
