package dev.pbq.core.model;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The description of a family's block: what its parts are called in checkpoints, what each of them
 * does, and which linears read the same input. It is data, written once for each family; shapes and
 * biases come from a configuration ({@link BlockTensors}).
 *
 * @param prefix what the names of all blocks begin with, before the block's number, e.g. {@code
 *     model.layers}
 * @param attention path of attention inside a block, for messages about its products
 * @param parts norms and inputs in the order in which the block computes and checkpoints store them
 */
record BlockLayout(String prefix, String attention, List<Part> parts) {
  BlockLayout {
    parts = List.copyOf(parts);
  }

  /** A piece of a block with tensors. */
  sealed interface Part permits NormPart, InputPart {
    /** Adds the part's tensors, for block number {@code block}, to a catalogue. */
    void addTo(TensorCatalog catalog, BlockTensors tensors, int block);
  }

  /**
   * A norm.
   *
   * @param path its name inside the block
   */
  record NormPart(NormRole role, String path) implements Part {
    @Override
    public void addTo(TensorCatalog catalog, BlockTensors tensors, int block) {
      tensors
          .normTensors()
          .addTo(catalog, tensors.prefix(block) + "." + path, tensors.sizes().hidden());
    }
  }

  /**
   * An input with the linears that read it.
   *
   * @param path what messages call it, inside the block
   * @param linears at least one, in the family's order
   */
  record InputPart(String path, List<LinearPart> linears) implements Part {
    InputPart {
      linears = List.copyOf(linears);
    }

    @Override
    public void addTo(TensorCatalog catalog, BlockTensors tensors, int block) {
      for (Linear l : tensors.input(this, block).linears()) {
        catalog.linear(l.name(), l.rows(), l.cols(), l.bias());
      }
    }
  }

  /**
   * A linear.
   *
   * @param path its name inside the block
   */
  record LinearPart(Role role, String path) {}

  /** A norm of a block. */
  static NormPart norm(NormRole role, String path) {
    return new NormPart(role, path);
  }

  /** An input that several linears read. */
  static InputPart input(String path, LinearPart... linears) {
    return new InputPart(path, List.of(linears));
  }

  /** An input that one linear reads, and that is called as the linear. */
  static InputPart input(Role role, String path) {
    return input(path, linear(role, path));
  }

  /** A linear of an input. */
  static LinearPart linear(Role role, String path) {
    return new LinearPart(role, path);
  }

  List<NormPart> norms() {
    return parts.stream().filter(NormPart.class::isInstance).map(NormPart.class::cast).toList();
  }

  List<InputPart> inputs() {
    return parts.stream().filter(InputPart.class::isInstance).map(InputPart.class::cast).toList();
  }

  /** Names of the linears inside a block, by role. */
  Map<Role, String> paths() {
    Map<Role, String> paths = new EnumMap<>(Role.class);
    for (InputPart input : inputs()) {
      input.linears().forEach(l -> paths.put(l.role(), l.path()));
    }
    return Collections.unmodifiableMap(paths);
  }
}
