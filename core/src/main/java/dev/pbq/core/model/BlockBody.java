package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/** How attention and MLP of a decoder block stand to each other. */
sealed interface BlockBody {
  /**
   * Runs the block.
   *
   * @param x [sequences * tokens, hidden]; only read
   * @return as {@code x}, a new array of x's manager
   */
  NDArray apply(NDArray x, InputTap tap);

  /** Attention with its residual sum. */
  ResidualSum attention();

  /** The MLP with its residual sum. */
  ResidualSum mlp();

  /** Whether one of the block's linears reads this input. */
  default boolean reads(LinearInput input) {
    return attention().sublayer().reads(input) || mlp().sublayer().reads(input);
  }

  /** Runs the block as far as one of its inputs. */
  void applyTo(LinearInput last, NDArray x, InputTap tap);

  /** The MLP after attention. */
  record Sequential(ResidualSum attention, ResidualSum mlp) implements BlockBody {
    @Override
    public NDArray apply(NDArray x, InputTap tap) {
      try (NDArray middle = attention.apply(x, tap)) {
        return mlp.apply(middle, tap);
      }
    }

    @Override
    public void applyTo(LinearInput last, NDArray x, InputTap tap) {
      if (attention.sublayer().reads(last)) {
        attention.applyTo(last, x, tap);
        return;
      }
      try (NDArray middle = attention.apply(x, tap)) {
        mlp.applyTo(last, middle, tap);
      }
    }
  }

  /**
   * Both on the block's own input: x + attention(norm(x)) + mlp(norm(x)). Where the MLP has no norm
   * of its own it reads what attention reads, and that is shown once.
   */
  record Parallel(ResidualSum attention, ResidualSum mlp) implements BlockBody {
    @Override
    public NDArray apply(NDArray x, InputTap tap) {
      try (NDArray normed = attention.before().orElseThrow().apply(x)) {
        NDArray sum = attention.added(normed, x, tap).addi(x);
        try (NDArray own = ofMlp(x, normed);
            NDArray added = mlp.added(own, sum, ofMlp(tap))) {
          return sum.addi(added);
        }
      }
    }

    @Override
    public void applyTo(LinearInput last, NDArray x, InputTap tap) {
      try (NDArray normed = attention.before().orElseThrow().apply(x)) {
        if (attention.sublayer().reads(last)) {
          attention.addedTo(last, normed, x, tap);
          return;
        }
        try (NDArray sum = attention.added(normed, x, tap).addi(x);
            NDArray own = ofMlp(x, normed)) {
          mlp.addedTo(last, own, sum, ofMlp(tap));
        }
      }
    }

    /** What the MLP reads, as an array of its own. */
    private NDArray ofMlp(NDArray x, NDArray normed) {
      return mlp.before().isPresent()
          ? mlp.before().get().apply(x)
          : normed.reshape(normed.getShape());
    }

    private InputTap ofMlp(InputTap tap) {
      return mlp.before().isPresent() ? tap : tap.without(attention.sublayer()::reads);
    }
  }
}
