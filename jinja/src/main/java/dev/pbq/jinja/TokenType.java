package dev.pbq.jinja;

/** Kinds of tokens. */
enum TokenType {
  DATA,
  BLOCK_BEGIN,
  BLOCK_END,
  VARIABLE_BEGIN,
  VARIABLE_END,
  NAME,
  STRING,
  INTEGER,
  FLOAT,
  OPERATOR,
  END
}
