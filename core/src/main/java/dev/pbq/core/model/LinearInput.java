package dev.pbq.core.model;

import java.util.List;

/**
 * One input inside a block and the linear layers that read it (q/k/v share one, gate/up another).
 *
 * @param name a short name for messages, e.g. {@code model.layers.3.self_attn.qkv}
 * @param linears the layers, in the model's order
 * @param features width of the input
 * @param routed whether it holds only the tokens that a router sent to one expert
 */
public record LinearInput(String name, List<Linear> linears, int features, boolean routed) {
  public LinearInput {
    linears = List.copyOf(linears);
  }

  /** An input that holds all tokens. */
  public LinearInput(String name, List<Linear> linears, int features) {
    this(name, linears, features, false);
  }
}
