package dev.pbq.bench;

import dev.pbq.core.PbqException;
import dev.pbq.core.entropy.CodeCoder;
import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.packed.ColumnSteps;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * The entropy coders on codes of a Laplace distribution whose scale differs from row to row and
 * from column to column: bytes against the entropy under the distribution that the codes were drawn
 * from, and weights encoded and decoded in a second of one core. The floor is the decoded codes,
 * one byte each, copied. Arguments: rows (4096), columns (4096), spread of the scales' logarithms
 * (0.3), threads (1), repetitions (5).
 */
public final class EntropyCodingMacro {
  /** One copy takes less than the clock of CPU time can tell. */
  private static final int COPIES = 64;

  private static final double MEAN = 0.83;
  private static final int SEGMENT = 1024;

  private final int rows;
  private final int cols;
  private final int repetitions;
  private Codes codes;
  private double entropy;

  private EntropyCodingMacro(int rows, int cols, double spread, int repetitions) {
    this.rows = rows;
    this.cols = cols;
    this.repetitions = repetitions;
    draw(spread);
  }

  public static void main(String[] args) {
    int rows = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
    int cols = args.length > 1 ? Integer.parseInt(args[1]) : 4096;
    double spread = args.length > 2 ? Double.parseDouble(args[2]) : 0.3;
    int threads = args.length > 3 ? Integer.parseInt(args[3]) : 1;
    int repetitions = args.length > 4 ? Integer.parseInt(args[4]) : 5;
    EntropyCodingMacro macro = new EntropyCodingMacro(rows, cols, spread, repetitions);
    Parallel.withThreads(
        threads,
        () -> {
          macro.run();
          return null;
        });
  }

  private void draw(double spread) {
    Random random = new Random(1);
    double[] ofRow = new double[rows];
    for (int r = 0; r < rows; r++) {
      ofRow[r] = MEAN * Math.exp(spread * random.nextGaussian());
    }
    Codes.Builder builder = new Codes.Builder(rows, cols);
    int[] column = new int[rows];
    double nats = 0;
    for (int c = 0; c < cols; c++) {
      double ofColumn = Math.exp(spread * random.nextGaussian());
      for (int r = 0; r < rows; r++) {
        double scale = ofRow[r] * ofColumn;
        double x = -Math.log(1 - random.nextDouble()) * scale;
        int size = (int) Math.rint(x);
        column[r] = random.nextBoolean() ? size : -size;
        double p =
            size == 0
                ? 1 - Math.exp(-0.5 / scale)
                : 0.5 * (Math.exp((0.5 - size) / scale) - Math.exp((-0.5 - size) / scale));
        nats -= Math.log(p);
      }
      builder.column(c, 0, column, rows);
    }
    codes = builder.build();
    entropy = nats / Math.log(2) / rows / cols;
  }

  private void run() {
    print("entropy %.4f bit", entropy);
    byte[] bytes = new byte[rows * cols];
    byte[] copy = new byte[rows * cols];
    row("floor: one byte copied", best(() -> copy(bytes, copy)) / COPIES);
    for (Coding coding : Coding.values()) {
      for (Trellis trellis : new Trellis[] {Trellis.SCALAR, Trellis.EIGHT}) {
        CodeCoder coder = coding.coder();
        String name = coding.id() + ", states " + trellis.states();
        byte[] stored = coder.encode(codes, trellis, SEGMENT);
        double bits = 8.0 * stored.length / rows / cols;
        print("%s: %.4f bit, %.4f of the entropy", name, bits, bits / entropy);
        row(name + ", encode", best(() -> coder.encode(codes, trellis, SEGMENT)));
        double seconds =
            best(() -> coder.decode(stored, rows, cols, trellis, SEGMENT, PbqException::badData));
        row(name + ", decode", seconds);
      }
    }
    double[] steps = new double[cols];
    Arrays.fill(steps, 0.01);
    EntropyCodedLinear linear =
        new EntropyCodedLinear(
            Trellis.EIGHT, SEGMENT, codes, ColumnSteps.of(steps, ScaleFormat.U8));
    print("resident %.2f bit", (double) linear.residentBits() / rows / cols);
    row("dequantize to float32, states 8", best(linear::dequantize));
  }

  private static void copy(byte[] from, byte[] to) {
    for (int i = 0; i < COPIES; i++) {
      System.arraycopy(from, 0, to, 0, to.length);
    }
  }

  private double best(Runnable work) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < repetitions; i++) {
      double start = ProcessMeter.cpuSeconds();
      work.run();
      best = Math.min(best, ProcessMeter.cpuSeconds() - start);
    }
    return best;
  }

  private void row(String label, double seconds) {
    print("%-32s %8.1f M weights per CPU second", label, 1e-6 * rows * cols / seconds);
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
