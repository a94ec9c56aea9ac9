package dev.pbq.kernels.speed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Products of one shape, all kinds in one run, beside the machine's own rates.
 *
 * @param rows of the matrices
 * @param cols of the matrices
 * @param copy bytes that copying reads and writes each second
 * @param engine seconds of the tensor library's product of a float32 matrix with one vector
 * @param kinds what was measured
 */
public record SpeedTable(int rows, int cols, double copy, double engine, List<KindSpeed> kinds) {
  /**
   * Measures all kinds.
   *
   * @param engine seconds of the tensor library's product at this shape, see above
   * @param shown is told what is measured next
   */
  public static SpeedTable measure(
      int rows, int cols, double copy, double engine, Stopwatch stopwatch, Consumer<String> shown) {
    List<KindSpeed> kinds = new ArrayList<>();
    for (SampleKind kind : SampleKinds.all()) {
      shown.accept(kind.name());
      kinds.add(KindSpeed.of(kind, rows, cols, stopwatch));
    }
    return new SpeedTable(rows, cols, copy, engine, kinds);
  }

  /** The table as text. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-34s %8s %9s %9s %9s %7s%n",
            "matrix-vector " + rows + " x " + cols,
            "bits/w",
            "ms",
            "x f32",
            "aim",
            "copy"));
    double floatBytes = 4.0 * rows * cols;
    line(text, "libtorch, float32", 32, engine, "", floatBytes / engine);
    for (KindSpeed kind : kinds) {
      String aim = kind.aim() == 0 ? "" : kind.aim() + "x";
      line(text, kind.name(), kind.bitsPerWeight(), kind.seconds(), aim, kind.bytesPerSecond());
    }
    return text.toString();
  }

  private void line(
      StringBuilder text, String name, double bits, double seconds, String aim, double rate) {
    text.append(
        String.format(
            Locale.ROOT,
            "%-34s %8.2f %9.3f %9.2f %9s %6.0f%%%n",
            name,
            bits,
            1e3 * seconds,
            engine / seconds,
            aim,
            100 * rate / copy));
  }
}
