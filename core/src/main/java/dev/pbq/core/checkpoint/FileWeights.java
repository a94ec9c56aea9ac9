package dev.pbq.core.checkpoint;

import dev.pbq.core.packed.BitAccount;
import java.nio.file.Path;
import java.util.List;

/**
 * The weights of a model that another program keeps in one file: dequantized as they are read, to
 * exactly what the format says, with no storage family of pbq in between.
 */
public non-sealed interface FileWeights extends ModelWeights {
  /**
   * A tensor as the file stores it.
   *
   * @param name the name in the model
   * @param type the format's name of its type, such as {@code Q4_K}
   * @param shape as the model has it
   * @param quantized whether its values are codes with scales, rather than numbers
   * @param inBlock whether it is the weight of one of a block's linears
   * @param bits its stored bits, all of them, by kind
   */
  record Stored(
      String name, String type, long[] shape, boolean quantized, boolean inBlock, BitAccount bits) {
    public Stored {
      shape = shape.clone();
    }

    @Override
    public long[] shape() {
      return shape.clone();
    }
  }

  /** The file. */
  Path file();

  /** The format. */
  ModelFileFormat format();

  /** Every tensor, in natural order of the names. */
  List<Stored> stored();
}
