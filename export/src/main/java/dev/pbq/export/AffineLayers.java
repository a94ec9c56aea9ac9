package dev.pbq.export;

import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.LowRankLinear;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * Converts packed layers to {@link AffineLayer}s where possible, and says why where not.
 *
 * @param widths of codes that a layout has, in bits; narrower codes are stored in the next of them
 * @param scales the type that it stores scales in
 */
record AffineLayers(NavigableSet<Integer> widths, DType scales)
    implements QuantizedLinear.Cases<AffineFit> {
  /** A layer's fit. */
  AffineFit of(QuantizedLinear linear) {
    return linear.match(this);
  }

  @Override
  public AffineFit uniform(UniformLinear u) {
    return checked(
        u.rows(),
        u.cols(),
        u.grid().bits(),
        u.groupSize(),
        u.codes(),
        u.grid().scale(),
        u.grid().zero(),
        u.columnGroup());
  }

  @Override
  public AffineFit binaryGroups(BinaryGroupsLinear b) {
    return AffineFit.none(
        "signs with scales of " + b.layout().groups() + " groups of weights in each block");
  }

  @Override
  public AffineFit salientSplit(SalientSplitLinear s) {
    if (s.salientCount() > 0) {
      return AffineFit.none(
          s.salientCount()
              + " salient weights on a grid of "
              + s.high().bits()
              + " bits among the others");
    }
    return s.low() instanceof LowPart.Uniform u
        ? checked(
            s.rows(),
            s.cols(),
            u.grid().bits(),
            s.groupSize(),
            s.codes(),
            u.grid().scale(),
            u.grid().zero(),
            Optional.empty())
        : AffineFit.none("values that are not on a uniform grid with an integer zero point");
  }

  @Override
  public AffineFit oneBit(OneBitLinear o) {
    return AffineFit.none("outputs that are normalized (OneBit)");
  }

  @Override
  public AffineFit biReal(BiRealLinear b) {
    return AffineFit.none("inputs of which only the signs count (Bi-Real)");
  }

  @Override
  public AffineFit lowRank(LowRankLinear l) {
    return AffineFit.none("an adapter of rank " + l.rank() + " beside the codes (HQQ+)");
  }

  @Override
  public AffineFit entropyCoded(EntropyCodedLinear e) {
    return AffineFit.none("codes of any size with a step for each column (entropy-coded)");
  }

  @Override
  public AffineFit hqq(HqqLinear h) {
    int size = h.groups().size();
    if (h.groups().axis() != 1) {
      return AffineFit.none("groups across the outputs (axis 0)");
    }
    if (h.cols() % size != 0) {
      return AffineFit.none("groups of " + size + " weights that straddle rows of " + h.cols());
    }
    if (h.compute() != ComputeDtype.F32) {
      return AffineFit.none("values that are defined in " + h.compute() + " arithmetic");
    }
    int rows = h.rows();
    int groups = h.cols() / size;
    float[] scales = h.scale().values(h.compute());
    float[] zeros = h.zero().values(h.compute());
    float[] scale = new float[scales.length];
    int[] zero = new int[zeros.length];
    boolean fractional = false;
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < groups; g++) {
        float z = zeros[r * groups + g];
        scale[g * rows + r] = scales[r * groups + g];
        zero[g * rows + r] = Math.round(z);
        fractional |= z != Math.round(z);
      }
    }
    if (!fractional) {
      return checked(rows, h.cols(), h.codeBits(), size, h.codes(), scale, zero, Optional.empty());
    }
    return requantized(h, h.codeBits(), size, scale, zero, "fractional zero points");
  }

  /** Fixed point and block floating point are integers times a power of two. */
  @Override
  public AffineFit blockFormat(BlockFormatLinear b) {
    if (b.kept().count() > 0) {
      return AffineFit.none(b.kept().count() + " weights that are kept as they are");
    }
    int width = b.format().width();
    int middle = 1 << (width - 1);
    int rows = b.rows();
    int cols = b.cols();
    boolean fixed = b.format() instanceof NumberFormat.FixedPoint;
    if (!fixed && !(b.format() instanceof NumberFormat.BlockFloat)) {
      return AffineFit.none("a grid that is not uniform (" + b.format().id() + ")");
    }
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      int code = b.codes()[i] & 0xff;
      boolean negative = code >= middle;
      int magnitude = negative ? code - middle : code;
      // Fixed point is in two's complement, block floating point has a sign and a magnitude.
      int q = fixed ? code - (negative ? 2 * middle : 0) : negative ? -magnitude : magnitude;
      codes[i] = (byte) (q + middle);
    }
    int across = (cols - 1) / b.blockCols() + 1;
    float[] scale = new float[across * rows];
    int[] zero = new int[across * rows];
    Arrays.fill(zero, middle);
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < across; g++) {
        int shared = fixed ? 0 : b.shared()[r / b.blockRows() * across + g] & 0xff;
        scale[g * rows + r] = b.format().decode(1, shared);
      }
    }
    return checked(rows, cols, width, b.blockCols(), codes, scale, zero, Optional.empty());
  }

  private AffineFit checked(
      int rows,
      int cols,
      int bits,
      int groupSize,
      byte[] codes,
      float[] scale,
      int[] zero,
      Optional<int[]> columnGroup) {
    if (widths.ceiling(bits) == null) {
      return AffineFit.none("codes of " + bits + " bits; the layout has " + widths);
    }
    int width = widths.ceiling(bits);
    float[] stored = scale.clone();
    boolean rounded = false;
    for (int i = 0; i < scale.length; i++) {
      stored[i] = FloatTypes.round(scales, scale[i]);
      rounded |= stored[i] != scale[i];
      if (Float.isInfinite(stored[i])) {
        return AffineFit.none(beyond(scale[i]));
      }
      if (zero[i] < 0 || zero[i] >> width != 0) {
        return AffineFit.none("a zero point of " + zero[i] + " beyond " + width + " bits");
      }
    }
    AffineLayer layer =
        new AffineLayer(rows, cols, width, groupSize, codes, stored, zero, columnGroup).centred();
    return rounded
        ? AffineFit.lossy(layer, "scales that " + FloatTypes.torchName(scales) + " rounds")
        : AffineFit.exact(layer);
  }

  private String beyond(float scale) {
    return "a scale of " + scale + ", which " + FloatTypes.torchName(scales) + " cannot hold";
  }

  /** Codes move to the nearest value of a grid with other zero points. */
  private AffineFit requantized(
      QuantizedLinear linear, int bits, int groupSize, float[] scale, int[] zero, String loss) {
    int rows = linear.rows();
    int cols = linear.cols();
    if (widths.ceiling(bits) == null) {
      return AffineFit.none("codes of " + bits + " bits; the layout has " + widths);
    }
    int width = widths.ceiling(bits);
    int most = (1 << width) - 1;
    float[] stored = new float[scale.length];
    int[] within = new int[zero.length];
    for (int i = 0; i < scale.length; i++) {
      stored[i] = FloatTypes.round(scales, scale[i]);
      within[i] = Math.max(0, Math.min(most, zero[i]));
      if (Float.isInfinite(stored[i]) || stored[i] == 0) {
        return AffineFit.none(beyond(scale[i]));
      }
    }
    float[] values = linear.dequantize().data();
    byte[] codes = new byte[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        int p = c / groupSize * rows + r;
        int code = Math.round(values[r * cols + c] / stored[p]) + within[p];
        codes[r * cols + c] = (byte) Math.max(0, Math.min(most, code));
      }
    }
    return AffineFit.lossy(
        new AffineLayer(rows, cols, width, groupSize, codes, stored, within, Optional.empty()),
        loss);
  }
}
