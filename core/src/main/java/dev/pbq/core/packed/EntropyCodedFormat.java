package dev.pbq.core.packed;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** How an {@link EntropyCodedLinear} is stored; {@code docs/format.md} is the specification. */
final class EntropyCodedFormat {
  static final String FAMILY = "entropy-coded";
  static final int VERSION = 1;
  private static final String STATES = "states";
  private static final String SEGMENT = "segment_rows";
  private static final String CODING = "coding";
  private static final String STEP_TYPE = "step_dtype";
  private static final String ROW_SCALES = "row_scales";
  private static final String CODES = "codes";
  private static final String STEP = "step";
  private static final String GRID = "step_grid";
  private static final String ROW = "row_scale";
  private static final String F16 = "f16";
  private static final String NONE = "none";

  private EntropyCodedFormat() {}

  static void write(EntropyCodedLinear linear, PackedWriter out) {
    ScaleVector steps = linear.steps().stored();
    Parts.putShape(out, VERSION, linear);
    out.attribute(STATES, linear.trellis().states());
    out.attribute(SEGMENT, linear.segmentRows());
    out.attribute(CODING, linear.coding().id());
    out.attribute(STEP_TYPE, steps.format().id());
    out.attribute(ROW_SCALES, linear.rowScales().isPresent() ? F16 : NONE);
    Parts.putBytes(out, CODES, linear.encoded());
    int size = Math.multiplyExact(steps.length(), steps.format().dtype().bytes());
    ByteBuffer entries = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    steps.putEntries(entries);
    out.tensor(STEP, steps.format().dtype(), new long[] {steps.length()}, entries.array());
    if (steps.format() == ScaleFormat.U8) {
      float[] ends = {steps.grid().min(), steps.grid().max()};
      Parts.putFloats(out, GRID, ScaleDtype.F32, ends, 2);
    }
    linear.rowScales().ifPresent(s -> Parts.putFloats(out, ROW, ScaleDtype.F16, s, s.length));
  }

  static BitAccount bits(EntropyCodedLinear linear) {
    Map<BitKind, Long> bits = new EnumMap<>(BitKind.class);
    bits.put(BitKind.CODES, 8L * linear.encoded().length);
    long ofRows = linear.rowScales().map(s -> Parts.floatBits(ScaleDtype.F16, s)).orElse(0L);
    bits.put(BitKind.SCALES, linear.steps().bits() + ofRows);
    return new BitAccount((long) linear.rows() * linear.cols(), bits);
  }

  static EntropyCodedLinear read(PackedReader reader) {
    PartReader in = new PartReader(reader);
    PartReader.Shape shape = in.shape(VERSION);
    int states = in.integer(STATES, 1, 8);
    if (states != 1 && states != 4 && states != 8) {
      throw in.bad(STATES, states + " is not 1, 4 or 8");
    }
    Trellis trellis = Trellis.of(states);
    int segmentRows = in.integer(SEGMENT, 1, Integer.MAX_VALUE);
    Coding coding = in.choice(CODING, "coding", Coding.values(), Coding::id);
    ColumnSteps steps = steps(in, shape.cols());
    Optional<float[]> rowScales =
        switch (in.text(ROW_SCALES)) {
          case NONE -> Optional.empty();
          case F16 -> Optional.of(in.floats(ROW, ScaleDtype.F16, shape.rows()));
          default -> throw in.bad(ROW_SCALES, "unknown type '" + in.text(ROW_SCALES) + "'");
        };
    Codes codes =
        coding
            .coder()
            .decode(
                in.bytes(CODES),
                shape.rows(),
                shape.cols(),
                trellis,
                segmentRows,
                what -> in.bad(CODES, what));
    return new EntropyCodedLinear(trellis, segmentRows, codes, steps, rowScales, coding);
  }

  private static ColumnSteps steps(PartReader in, int cols) {
    ScaleFormat format = in.choice(STEP_TYPE, "type", ScaleFormat.values(), ScaleFormat::id);
    ScaleVector stored =
        switch (format) {
          case F16 -> ScaleVector.ofRounded(format, in.floats(STEP, ScaleDtype.F16, cols));
          case F32 -> ScaleVector.ofRounded(format, in.floats(STEP, ScaleDtype.F32, cols));
          case U8 -> {
            byte[] codes = in.tensor(STEP, format.dtype(), cols);
            float[] ends = in.floats(GRID, ScaleDtype.F32, 2);
            if (!(ends[0] >= 0) || !ScaleGrid.isValid(ends[0], ends[1])) {
              throw in.bad(GRID, "a grid from " + ends[0] + " to " + ends[1]);
            }
            yield ScaleVector.ofCodes(codes, new ScaleGrid(ends[0], ends[1]));
          }
        };
    for (int c = 0; c < cols; c++) {
      if (!(stored.get(c) >= 0)) {
        throw in.bad(STEP, "entry " + c + " is " + stored.get(c));
      }
    }
    return new ColumnSteps(stored);
  }
}
