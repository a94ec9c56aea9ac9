package dev.pbq.formats.arithmetic;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.KeptWeights;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A number format with its blocks: rounds tensors to it, and packs weights in it. What {@link
 * #quantize} computes and what packed weights dequantize to is the same, bit for bit. Thread-safe.
 */
public final class TensorFormat {
  private static final int TASK = 1 << 15;

  private final NumberFormat format;
  private final BlockShape blocks;
  private final Rules rules;
  private final Encoder encoder;
  private final CodeValues values;
  private final Optional<BlockFloatRounding> rounding;

  /**
   * Combines a format with its blocks.
   *
   * @param blocks of no meaning where the format shares nothing
   */
  public TensorFormat(NumberFormat format, BlockShape blocks, Rules rules) {
    this.format = Objects.requireNonNull(format, "format");
    this.blocks = format.sharedBits() == 0 ? BlockShape.WHOLE : blocks;
    this.rules = Objects.requireNonNull(rules, "rules");
    this.encoder = Encoder.of(format, rules);
    this.values = new CodeValues(format);
    this.rounding =
        format instanceof BlockFloat shared && rules == Rules.FIXED
            ? Optional.of(new BlockFloatRounding(shared))
            : Optional.empty();
  }

  public NumberFormat format() {
    return format;
  }

  /** {@link BlockShape#WHOLE} where the format shares nothing. */
  public BlockShape blocks() {
    return blocks;
  }

  public Rules rules() {
    return rules;
  }

  /**
   * Rounds a tensor in place. NaN stays NaN, and makes all of its block NaN where a block shares
   * something.
   *
   * @param x of the tensor's size, from position 0
   * @param skipFirst see {@link Tiling#of}
   */
  public void quantize(FloatBuffer x, boolean skipFirst, int... shape) {
    Tiling tiling = Tiling.of(blocks, skipFirst, shape);
    quantize(x, tiling, tiling.tiles());
  }

  /**
   * Rounds matrices in place, each as a separate tensor, so that the result does not depend on how
   * many there are.
   *
   * @param x [matrices, rows, cols] from position 0
   */
  public void quantizeEach(FloatBuffer x, int matrices, int rows, int cols) {
    Tiling tiling = Tiling.of(blocks, true, matrices, rows, cols);
    quantize(x, tiling, tiling.perMatrix());
  }

  private void quantize(FloatBuffer x, Tiling tiling, int scope) {
    int[] shared = shared(x, tiling, scope);
    forEachRow(
        tiling,
        (row, work) -> {
          int at = row * tiling.cols();
          x.get(at, work.numbers);
          round(tiling, row, shared, work);
          x.put(at, work.results);
        });
  }

  /** What each tile shares; zeros where the format's blocks share nothing. */
  private int[] shared(FloatBuffer x, Tiling tiling, int scope) {
    return format.sharedBits() == 0
        ? new int[tiling.tiles()]
        : SharedExponents.of(x, tiling, scope, encoder, rules);
  }

  /** Finds the codes of one row. */
  private void encodeOnly(Tiling tiling, int row, int[] shared, Row work) {
    int tile = tiling.firstTile(row);
    int cols = tiling.cols();
    for (int from = 0; from < cols; from += tiling.tileCols(), tile++) {
      int to = Math.min(cols, from + tiling.tileCols());
      if (shared[tile] == Encoder.ALL_NAN) {
        Arrays.fill(work.codes, from, to, 0);
      } else {
        encoder.encode(work.numbers, from, to, shared[tile], work.codes);
      }
    }
  }

  private void round(Tiling tiling, int row, int[] shared, Row work) {
    boolean done =
        rounding.isPresent()
            && rounding
                .get()
                .round(
                    work.numbers,
                    tiling.tileCols(),
                    shared,
                    tiling.firstTile(row),
                    work.scales,
                    work.results);
    if (!done) {
      encode(tiling, row, shared, work);
    }
  }

  /** Finds codes and results of one row. */
  private void encode(Tiling tiling, int row, int[] shared, Row work) {
    int tile = tiling.firstTile(row);
    int cols = tiling.cols();
    for (int from = 0; from < cols; from += tiling.tileCols(), tile++) {
      int to = Math.min(cols, from + tiling.tileCols());
      if (shared[tile] == Encoder.ALL_NAN) {
        Arrays.fill(work.results, from, to, Float.NaN);
        continue;
      }
      encoder.encode(work.numbers, from, to, shared[tile], work.codes);
      values.decode(work.codes, from, to, shared[tile], work.results);
      if (rules == Rules.COMPAT) {
        for (int i = from; i < to; i++) {
          work.results[i] = encoder.reference(work.numbers[i], shared[tile], work.results[i]);
        }
      } else {
        for (int i = from; i < to; i++) {
          if (Float.isNaN(work.numbers[i])) {
            work.results[i] = Float.NaN;
          }
        }
      }
    }
  }

  /**
   * Packs a weight matrix.
   *
   * @param name of the layer, for messages
   * @param w finite; only read
   * @throws PbqException NUMERICAL if the reference's rules make a weight infinite or NaN
   */
  public BlockFormatLinear pack(String name, FloatMatrix w) {
    if (rules == Rules.FIXED) {
      return pack(w, KeptWeights.NONE);
    }
    FloatMatrix exact = w.copy();
    quantize(FloatBuffer.wrap(exact.data()), false, w.rows(), w.cols());
    for (int i = 0; i < exact.data().length; i++) {
      if (!Float.isFinite(exact.data()[i])) {
        throw PbqException.numerical(
            Wording.of(
                "%s: the weight %s becomes %s by the reference's arithmetic; leave out {compat}",
                name, w.data()[i], exact.data()[i]));
      }
    }
    float[] decoded = pack(w, KeptWeights.NONE).dequantize().data();
    return pack(w, different(exact.data(), decoded));
  }

  private BlockFormatLinear pack(FloatMatrix w, KeptWeights kept) {
    Tiling tiling = Tiling.of(blocks, false, w.rows(), w.cols());
    FloatBuffer x = FloatBuffer.wrap(w.data());
    int[] shared = shared(x, tiling, tiling.tiles());
    byte[] codes = new byte[w.data().length];
    forEachRow(
        tiling,
        (row, work) -> {
          int at = row * tiling.cols();
          x.get(at, work.numbers);
          encodeOnly(tiling, row, shared, work);
          for (int i = 0; i < tiling.cols(); i++) {
            codes[at + i] = (byte) work.codes[i];
          }
        });
    byte[] stored = new byte[format.sharedBits() == 0 ? 0 : shared.length];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = (byte) shared[i];
    }
    return new BlockFormatLinear(
        w.rows(), w.cols(), format, tiling.tileRows(), tiling.tileCols(), codes, stored, kept);
  }

  /** The weights that the reference passes through, as no code stands for them. */
  private static KeptWeights different(float[] exact, float[] decoded) {
    int[] index =
        IntStream.range(0, exact.length)
            .filter(i -> Float.floatToRawIntBits(exact[i]) != Float.floatToRawIntBits(decoded[i]))
            .toArray();
    float[] value = new float[index.length];
    for (int i = 0; i < index.length; i++) {
      value[i] = exact[index[i]];
    }
    return new KeptWeights(index, value);
  }

  /** Runs {@code body} for every row of every matrix. */
  private static void forEachRow(Tiling tiling, RowBody body) {
    int rows = tiling.matrices() * tiling.rows();
    int rowsPerTask = Math.max(1, TASK / tiling.cols());
    Parallel.forEachRange(
        rows,
        rowsPerTask,
        (first, end) -> {
          Row work = new Row(tiling.cols());
          for (int row = first; row < end; row++) {
            body.run(row, work);
          }
        });
  }

  private interface RowBody {
    void run(int row, Row work);
  }

  /** The numbers of a row, their codes and scales, and what becomes of them. */
  private static final class Row {
    private final float[] numbers;
    private final int[] codes;
    private final float[] scales;
    private final float[] results;

    Row(int cols) {
      numbers = new float[cols];
      codes = new int[cols];
      scales = new float[cols];
      results = new float[cols];
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TensorFormat t
        && t.format.equals(format)
        && t.blocks.equals(blocks)
        && t.rules == rules;
  }

  @Override
  public int hashCode() {
    return Objects.hash(format, blocks, rules);
  }

  @Override
  public String toString() {
    return format + (format.sharedBits() == 0 ? "" : " in blocks of " + blocks) + ", " + rules;
  }
}
