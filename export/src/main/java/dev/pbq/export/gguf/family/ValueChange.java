package dev.pbq.export.gguf.family;

/** How the values of a file's tensor differ from the model's. */
public enum ValueChange {
  /** They do not. */
  NONE,
  /** The file's are one more: the factors of a norm that adds one to its weights. */
  PLUS_ONE,
  /** The model has the logarithm of what the file has with a minus: rates of decay. */
  RATE;

  /** The file's value, rounded to float32. */
  public float toFile(float value) {
    return switch (this) {
      case NONE -> value;
      case PLUS_ONE -> value + 1;
      case RATE -> (float) -Math.exp(value);
    };
  }

  /** The model's value, rounded to float32; NaN for a rate that is none. */
  public float toModel(float value) {
    return switch (this) {
      case NONE -> value;
      case PLUS_ONE -> value - 1;
      case RATE -> (float) Math.log(-value);
    };
  }
}
