"""Which words of a text look like a name that is kept in the vault: pure functions, no name kept.

`words` finds the words of a text, `sounds` says under which forms a word is kept and looked for,
`common` lists words that are no names. Nothing here knows a person, a key or the database.
"""
