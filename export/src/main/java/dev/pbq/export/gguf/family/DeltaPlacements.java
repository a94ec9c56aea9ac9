package dev.pbq.export.gguf.family;

import dev.pbq.core.model.DeltaSizes;
import dev.pbq.core.model.InnerTensor;
import dev.pbq.core.model.Role;
import dev.pbq.export.gguf.family.FileTensor.Kind;
import dev.pbq.export.gguf.family.RowOrder.Strided;
import dev.pbq.export.gguf.family.RowOrder.Tiled;
import dev.pbq.export.gguf.family.RowOrder.TiledColumns;
import dev.pbq.export.gguf.family.RowOrder.Tiling;
import java.util.List;

/**
 * Where the tensors of a gated delta rule stand. The model has the heads of values that share a key
 * behind each other; llama.cpp repeats all keys as a whole, and so has the first head of every key
 * first: in the rows of what makes values and their gates, and in the columns of the output.
 */
final class DeltaPlacements {
  private final DeltaSizes sizes;

  DeltaPlacements(DeltaSizes sizes) {
    this.sizes = sizes;
  }

  private Tiling tiling(int width) {
    return new Tiling(sizes.keyHeads(), sizes.valueHeads() / sizes.keyHeads(), width);
  }

  /** The orders in which the pieces of a linear stand. */
  List<RowOrder> orders(Role role) {
    return switch (role) {
      case QUERY_KEY_VALUE -> channels();
      case OUTPUT_GATE -> List.of(new Tiled(tiling(sizes.valueDim()), 0));
      case WRITE_GATE, DECAY -> List.of(new Tiled(tiling(1), 0));
      case ATTENTION_OUT -> List.of(new TiledColumns(tiling(sizes.valueDim())));
      default -> List.of(RowOrder.KEPT);
    };
  }

  /** Queries and keys as they are, then the values. */
  private List<RowOrder> channels() {
    int keys = 2 * sizes.keys();
    return List.of(
        new Strided(keys, sizes.channels(), 0), new Tiled(tiling(sizes.valueDim()), keys));
  }

  /**
   * A tensor beside the linears.
   *
   * @param name in the file
   */
  FileTensor inner(String name, InnerTensor tensor) {
    String source = tensor.name();
    int heads = sizes.valueHeads();
    List<Piece> byHead = List.of(new Piece(source, heads, 1, new Tiled(tiling(1), 0)));
    return switch (tensor.role()) {
      case CONVOLUTION -> {
        int kernel = sizes.kernel();
        List<Piece> pieces =
            List.of(
                new Piece(source, 2 * sizes.keys(), kernel, channels().get(0)),
                new Piece(source, sizes.values(), kernel, channels().get(1)));
        List<Integer> dims = List.of(sizes.channels(), kernel);
        yield new FileTensor(name, pieces, dims, Kind.SMALL, ValueChange.NONE);
      }
      case DECAY_SHIFT ->
          new FileTensor(name, byHead, List.of(heads), Kind.SMALL, ValueChange.NONE);
      case DECAY_RATE -> new FileTensor(name, byHead, List.of(heads), Kind.SMALL, ValueChange.RATE);
      case STATE_NORM -> {
        Piece whole = new Piece(source, sizes.valueDim(), 1, RowOrder.KEPT);
        List<Integer> dims = List.of(sizes.valueDim());
        yield new FileTensor(name, List.of(whole), dims, Kind.SMALL, ValueChange.NONE);
      }
      default -> throw new IllegalArgumentException(tensor + " is no part of a delta rule");
    };
  }
}
