//! From the words of a scope to its rows and its key.
