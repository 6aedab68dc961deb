"""The resources of a board: the table of them, and how they are found and read.

`endpoints` is the table. `reader` finds its rows by links, reads and decodes them;
`collections` reads their members, and `bulk` reads many rows. `availability`,
`link_reads` and `memory` keep findings that save requests. The other modules read what
takes more than one resource: all `chassis` of a machine, the `accounts` and the `logs`.
"""
