"""The methods of the Bot API. Importing a module of this package registers its methods.

https://core.telegram.org/bots/api#available-methods
"""
