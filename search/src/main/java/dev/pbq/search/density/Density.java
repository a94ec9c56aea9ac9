package dev.pbq.search.density;

/**
 * The bits that the products of a model hold, as llm-mixed-q counts them: embeddings, head, norms
 * and rotary tables are left out.
 *
 * @param parameters weights and biases
 * @param activations numbers that are operands: inputs of linears, and both sides of the products
 *     of attention, for one sequence
 * @param parameterBits bits of the weights and biases
 * @param activationBits bits of the activations
 * @param flops multiplications and additions
 */
public record Density(
    long parameters, long activations, long parameterBits, long activationBits, long flops) {
  /** Nothing. */
  static final Density NONE = new Density(0, 0, 0, 0, 0);

  Density plus(Density other) {
    return new Density(
        parameters + other.parameters,
        activations + other.activations,
        parameterBits + other.parameterBits,
        activationBits + other.activationBits,
        flops + other.flops);
  }

  Density times(long n) {
    return new Density(
        n * parameters, n * activations, n * parameterBits, n * activationBits, n * flops);
  }

  /** How many times as much float32 takes. */
  public double memoryDensity() {
    return 32.0 * (parameters + activations) / (parameterBits + activationBits);
  }

  /** Bits per number. */
  public double averageBits() {
    return 32 / memoryDensity();
  }
}
