package dev.pbq.core.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects the tensors of one block in the order in which the block computes them, and enters them
 * in the model's catalogue. Used once, while a model's layout is made.
 */
final class BlockPlan {
  private final TensorCatalog catalog;
  private final String prefix;
  private final int block;
  private final List<LinearInput> inputs = new ArrayList<>();
  private final List<BlockNorm> norms = new ArrayList<>();
  private final List<InnerTensor> inner = new ArrayList<>();

  /**
   * @param prefix what the block's names begin with, without the dot behind it
   */
  BlockPlan(TensorCatalog catalog, String prefix, int block) {
    this.catalog = catalog;
    this.prefix = prefix;
    this.block = block;
  }

  /** A norm of a residual sum, as wide as the hidden states. */
  void norm(NormRole role, String path, NormSpec norm, int width) {
    norms.add(new BlockNorm(full(path), block, role));
    norm.tensors().addTo(catalog, full(path), width);
  }

  /** A norm inside a sublayer. */
  void innerNorm(InnerRole role, String path, NormTensors tensors, int width) {
    tensors.addTo(catalog, full(path), width);
    addInner(role, path, tensors == NormTensors.WEIGHT_AND_BIAS);
  }

  /** A tensor that is no linear's, under its whole path. */
  void tensor(InnerRole role, String path, long... shape) {
    catalog.tensor(full(path), shape);
    inner.add(new InnerTensor(full(path), block, role, false));
  }

  /** A linear that is no quantizer's affair, such as a router. */
  void dense(InnerRole role, String path, int rows, int cols, boolean bias) {
    catalog.linear(full(path), rows, cols, bias);
    addInner(role, path, bias);
  }

  private void addInner(InnerRole role, String path, boolean bias) {
    inner.add(new InnerTensor(full(path) + ".weight", block, role, false));
    if (bias) {
      inner.add(new InnerTensor(full(path) + ".bias", block, role, true));
    }
  }

  /** Linears that read one input; nothing if there are none. */
  void input(String path, List<LinearShape> linears) {
    input(path, linears, false);
  }

  /** Linears of an expert that read the tokens routed to it. */
  void routed(String path, List<LinearShape> linears) {
    input(path, linears, true);
  }

  private void input(String path, List<LinearShape> shapes, boolean routed) {
    if (shapes.isEmpty()) {
      return;
    }
    List<Linear> linears = shapes.stream().map(shape -> shape.in(prefix, block)).toList();
    linears.forEach(l -> catalog.linear(l.name(), l.rows(), l.cols(), l.bias()));
    inputs.add(new LinearInput(full(path), linears, linears.get(0).cols(), routed));
  }

  /** Says where a tensor of the model stands in files that store it in another form. */
  void stored(String path, StoredForm form) {
    catalog.stored(full(path), form.in(prefix));
  }

  BlockParts parts() {
    return new BlockParts(prefix, inputs, norms, inner);
  }

  private String full(String path) {
    return prefix + "." + path;
  }
}
