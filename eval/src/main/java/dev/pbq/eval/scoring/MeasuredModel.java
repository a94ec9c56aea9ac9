package dev.pbq.eval.scoring;

import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.CausalModel;
import java.util.Objects;

/**
 * A model that is measured, with its tokenizer. Owns nothing.
 *
 * @param name as the user called it, for results
 */
public record MeasuredModel(String name, ForwardPass pass, Tokenizer tokenizer) {
  public MeasuredModel {
    Objects.requireNonNull(name);
    Objects.requireNonNull(pass);
    Objects.requireNonNull(tokenizer);
  }

  /** The architecture. */
  public CausalModel model() {
    return pass.model();
  }

  /** Whether the tokenizer begins every text with BOS. */
  public boolean addsBos() {
    int[] ids = tokenizer.encode("a");
    return tokenizer.bosTokenId().isPresent()
        && ids.length > 0
        && ids[0] == tokenizer.bosTokenId().getAsInt();
  }
}
