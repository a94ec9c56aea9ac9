package dev.pbq.core.packed;

/**
 * A number format of "Revisiting Block-based Quantisation" (arXiv 2310.05079): what a code of
 * {@link #width()} bits stands for, given the exponent or exponent bias that its block shares.
 * Values are computed in float64, where they are exact, and rounded to float32, half to even.
 *
 * <p>Floating-point codes are, from the highest bit down, sign, exponent field, mantissa.
 */
public sealed interface NumberFormat {
  /** The widest code. */
  int MAX_WIDTH = 16;

  /** The widest exponent field, shared exponent or shared bias. */
  int MAX_EXPONENT_WIDTH = 8;

  /** The largest exponent bias, and the smallest with its sign changed. */
  int MAX_BIAS = 127;

  /** The largest number of binary places, and the smallest with its sign changed. */
  int MAX_FRAC_WIDTH = 126;

  /** The name in configurations and descriptors. */
  String id();

  /** Bits of a code, 2..16. */
  int width();

  /** Bits of what a block shares, up to 8; 0 where blocks share nothing. */
  int sharedBits();

  /**
   * The value of a code.
   *
   * @param code 0 .. 2^width - 1
   * @param shared what the block shares, 0 .. 2^sharedBits - 1
   */
  float decode(int code, int shared);

  /**
   * The result of {@code cases} for this format.
   *
   * @param cases one answer for each format, so that the compiler finds a format that is forgotten
   */
  <R> R match(Cases<R> cases);

  /** What differs from format to format: one method for each. */
  interface Cases<R> {
    /** For {@link FixedPoint}. */
    R fixedPoint(FixedPoint format);

    /** For {@link Logarithm}. */
    R logarithm(Logarithm format);

    /** For {@link MiniFloat}. */
    R miniFloat(MiniFloat format);

    /** For {@link DenormFloat}. */
    R denormFloat(DenormFloat format);

    /** For {@link BlockFloat}. */
    R blockFloat(BlockFloat format);

    /** For {@link BlockMiniFloat}. */
    R blockMiniFloat(BlockMiniFloat format);

    /** For {@link BlockLogarithm}. */
    R blockLogarithm(BlockLogarithm format);
  }

  /**
   * {@code integer}: fixed point; value = q / 2^fracWidth, q in two's complement if signed.
   *
   * @param fracWidth binary places; may be negative or exceed the width
   */
  record FixedPoint(int width, int fracWidth, boolean signed) implements NumberFormat {
    public FixedPoint {
      FormatLimits.width(width);
      FormatLimits.range("frac_width", fracWidth, -MAX_FRAC_WIDTH, MAX_FRAC_WIDTH);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.fixedPoint(this);
    }

    @Override
    public String id() {
      return "integer";
    }

    @Override
    public int sharedBits() {
      return 0;
    }

    @Override
    public float decode(int code, int shared) {
      int q = signed ? code << (32 - width) >> (32 - width) : code;
      return (float) Math.scalb((double) q, -fracWidth);
    }
  }

  /**
   * {@code log}: powers of two, no zero; value = (-1)^s 2^(k - bias), k the exponent field of width
   * - 1 bits.
   */
  record Logarithm(int width, int bias) implements NumberFormat {
    public Logarithm {
      FormatLimits.width(width);
      FormatLimits.bias(bias);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.logarithm(this);
    }

    @Override
    public String id() {
      return "log";
    }

    @Override
    public int sharedBits() {
      return 0;
    }

    @Override
    public float decode(int code, int shared) {
      return FloatCodes.power(code, width, bias);
    }
  }

  /**
   * {@code minifloat_ieee}: hidden bit and subnormals, no infinity and no NaN. Field f &gt; 0:
   * (-1)^s 2^(f - bias) (1 + m / 2^mb); f = 0: (-1)^s 2^(1 - bias) m / 2^mb; mb = width -
   * exponentWidth - 1.
   */
  record MiniFloat(int width, int exponentWidth, int bias) implements NumberFormat {
    public MiniFloat {
      FormatLimits.mantissa(width, exponentWidth);
      FormatLimits.bias(bias);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.miniFloat(this);
    }

    @Override
    public String id() {
      return "minifloat_ieee";
    }

    @Override
    public int sharedBits() {
      return 0;
    }

    @Override
    public float decode(int code, int shared) {
      return FloatCodes.hiddenBit(code, width, exponentWidth, bias);
    }
  }

  /**
   * {@code minifloat_denorm}: no hidden bit; value = (-1)^s 2^(f - bias) m / 2^mb, mb = width -
   * exponentWidth - 1.
   */
  record DenormFloat(int width, int exponentWidth, int bias) implements NumberFormat {
    public DenormFloat {
      FormatLimits.mantissa(width, exponentWidth);
      FormatLimits.bias(bias);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.denormFloat(this);
    }

    @Override
    public String id() {
      return "minifloat_denorm";
    }

    @Override
    public int sharedBits() {
      return 0;
    }

    @Override
    public float decode(int code, int shared) {
      int mantissaBits = width - exponentWidth - 1;
      int field = (code >>> mantissaBits) & ((1 << exponentWidth) - 1);
      return FloatCodes.plain(code, width, mantissaBits, field - bias);
    }
  }

  /**
   * {@code block_fp}: a shared exponent E; value = (-1)^s 2^(E - bias) m / 2^mb, mb = width - 1.
   *
   * @param exponentWidth bits of E
   */
  record BlockFloat(int width, int exponentWidth, int bias) implements NumberFormat {
    public BlockFloat {
      FormatLimits.width(width);
      FormatLimits.exponent("exponent_width", exponentWidth);
      FormatLimits.bias(bias);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.blockFloat(this);
    }

    @Override
    public String id() {
      return "block_fp";
    }

    @Override
    public int sharedBits() {
      return exponentWidth;
    }

    @Override
    public float decode(int code, int shared) {
      return FloatCodes.plain(code, width, width - 1, shared - bias);
    }
  }

  /**
   * {@code block_minifloat}: as {@link MiniFloat}, with a shared bias.
   *
   * @param biasWidth bits of the bias
   */
  record BlockMiniFloat(int width, int exponentWidth, int biasWidth) implements NumberFormat {
    public BlockMiniFloat {
      FormatLimits.mantissa(width, exponentWidth);
      FormatLimits.exponent("exponent_bias_width", biasWidth);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.blockMiniFloat(this);
    }

    @Override
    public String id() {
      return "block_minifloat";
    }

    @Override
    public int sharedBits() {
      return biasWidth;
    }

    @Override
    public float decode(int code, int shared) {
      return FloatCodes.hiddenBit(code, width, exponentWidth, shared);
    }
  }

  /**
   * {@code block_log}: as {@link Logarithm}, with a shared bias.
   *
   * @param biasWidth bits of the bias
   */
  record BlockLogarithm(int width, int biasWidth) implements NumberFormat {
    public BlockLogarithm {
      FormatLimits.width(width);
      FormatLimits.exponent("exponent_bias_width", biasWidth);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.blockLogarithm(this);
    }

    @Override
    public String id() {
      return "block_log";
    }

    @Override
    public int sharedBits() {
      return biasWidth;
    }

    @Override
    public float decode(int code, int shared) {
      return FloatCodes.power(code, width, shared);
    }
  }
}
