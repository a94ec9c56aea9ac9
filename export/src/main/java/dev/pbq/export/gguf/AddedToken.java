package dev.pbq.export.gguf;

/** A token beside those of the model that splits text, as tokenizer files list them. */
record AddedToken(int id, String text, boolean special) {}
