package dev.pbq.arb.fit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.arb.choice.XSolve;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every primitive of the golden manifest, iteration by iteration. Numbers agree to 1e-9 (relative)
 * or 1e-12 (absolute); signs exactly, except where rounding decides them: in rows of one or two
 * members of the degenerate mask, and where the two nearest levels are equally far to 1e-9. There
 * the reconstruction is compared, as everywhere.
 */
class PrimitiveGoldenTest {
  private static final double RELATIVE = 1e-9;
  private static final double ABSOLUTE = 1e-12;
  private static final double TIE = 1e-9;

  private final GoldenSet golden = GoldenSet.find("arb-llm", PrimitiveGoldenTest.class);

  /** A case of the manifest with its inputs; the group is 0. */
  private record Case(
      JsonNode entry,
      GoldenFile file,
      Map<String, double[]> read,
      DoubleMatrix v,
      DoubleMatrix s,
      Groups groups) {
    double[] expected(String name) {
      return read.computeIfAbsent(name, file::doubles);
    }

    String method() {
      return entry.get("method").asText();
    }

    int order() {
      return entry.get("order").asInt();
    }

    boolean isDegenerate() {
      return entry.get("problem").get("mask").asText().equals("M_degenerate");
    }

    /** Iterations of the trace: those of the second phase, where there are two. */
    int steps() {
      return switch (method()) {
        case "billm" -> 0;
        case "arb-x" -> entry.get("T2").asInt();
        default -> entry.get("T").asInt();
      };
    }

    GroupFitter fitter(int steps) {
      int iterations = entry.get("T").asInt();
      double eps = entry.get("eps").asDouble();
      return switch (method()) {
        case "billm" -> new MeanBinarizer(true);
        case "arb" -> new AlternatingFitter(steps, eps);
        case "arb-x" ->
            new MetricFitter(
                new AlternatingFitter(iterations, eps),
                s,
                steps,
                entry.get("epsx").asDouble(),
                XSolve.SEQUENTIAL);
        case "arb-rc" -> new RowColumnFitter(steps, eps);
        default -> throw new IllegalStateException("method " + method());
      };
    }
  }

  @TestFactory
  List<DynamicTest> primitives() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("manifest.json").get("cases")) {
      if (entry.get("kind").asText().equals("primitive")) {
        tests.add(DynamicTest.dynamicTest(entry.get("name").asText(), () -> compare(read(entry))));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private Case read(JsonNode entry) {
    JsonNode problem = entry.get("problem");
    GoldenFile inputs = golden.file(problem.get("inputs").asText());
    DoubleMatrix v = inputs.doubleMatrix(problem.get("V").asText());
    byte[] mask = bytes(inputs.floats(problem.get("mask").asText()));
    return new Case(
        entry,
        golden.file(entry.get("file").asText()),
        new HashMap<>(),
        v,
        inputs.doubleMatrix(problem.get("S").asText()),
        Groups.ofMask(v.rows(), v.cols(), mask, entry.get("order").asInt()));
  }

  private static void compare(Case c) {
    int steps = c.steps();
    GroupFit last = null;
    SignPlanes signs = null;
    for (int t = 0; t <= steps; t++) {
      signs = new SignPlanes(c.groups.rows(), c.groups.cols());
      last = c.fitter(t).fit(c.v, c.groups, 0, signs);
      assertThat(last.order()).isEqualTo(c.order());
      compareTrace(c, t, last, signs);
    }
    for (Map.Entry<String, double[]> parameter : parameters(c, last).entrySet()) {
      assertClose(parameter.getKey(), parameter.getValue(), c.expected(parameter.getKey()));
    }
    compareReconstruction(c, last, signs);
    compareSigns(c, signs);
  }

  private static void compareTrace(Case c, int t, GroupFit fit, SignPlanes signs) {
    for (Map.Entry<String, double[]> parameter : parameters(c, fit).entrySet()) {
      String name = "trace_" + parameter.getKey();
      double[] actual = parameter.getValue();
      // A fit that does not iterate has no traces of parameters.
      if (!c.method().equals("billm")) {
        double[] trace = c.expected(name);
        double[] step = Arrays.copyOfRange(trace, t * actual.length, (t + 1) * actual.length);
        assertClose(name + "[" + t + "]", actual, step);
      }
    }
    double squared = GroupError.squared(c.v, c.groups, 0, fit, signs);
    double weighted = GroupError.weighted(c.v, c.groups, 0, fit, signs, c.s);
    assertClose("L1 at " + t, squared, c.expected("l1_trace")[t]);
    assertClose("L2 at " + t, weighted, c.expected("l2_trace")[t]);
  }

  /** Parameters by their names in the golden file. */
  private static Map<String, double[]> parameters(Case c, GroupFit fit) {
    Map<String, double[]> named = new LinkedHashMap<>();
    if (fit instanceof RowColumnFit rc) {
      named.put("ar1", rc.r1());
      named.put("ac1", rc.q1());
      named.put("ar2", rc.r2());
      named.put("ac2", rc.q2());
    } else if (fit instanceof RowFit row) {
      named.put("a1", row.a1());
      named.put("a2", row.a2());
      if (c.method().equals("billm")) {
        SignPlanes signs = new SignPlanes(c.groups.rows(), c.groups.cols());
        double[] mu1 = new MeanBinarizer(true).stages(c.v, c.groups, 0, signs).mu1();
        double[] mu2 = new double[mu1.length];
        Arrays.setAll(mu2, i -> row.mu()[i] - mu1[i]);
        named.put("mu1", mu1);
        named.put("mu2", c.order() == 2 ? mu2 : null);
      } else {
        named.put("mu", row.mu());
      }
    }
    named.values().removeIf(parameter -> parameter == null);
    return named;
  }

  private static void compareReconstruction(Case c, GroupFit fit, SignPlanes signs) {
    int cols = c.groups.cols();
    double[] reconstruction = new double[c.groups.of().length];
    for (int i = 0; i < reconstruction.length; i++) {
      if (c.groups.of()[i] == 0) {
        reconstruction[i] = fit.value(i / cols, i % cols, signs.first()[i], signs.second()[i]);
      }
    }
    assertClose("reconstruction", reconstruction, c.expected("rec"));
  }

  private static void compareSigns(Case c, SignPlanes signs) {
    byte[] first = bytes(c.file.floats("B1"));
    byte[] second = c.order() == 2 ? bytes(c.file.floats("B2")) : new byte[first.length];
    int compared = 0;
    for (int i = 0; i < first.length; i++) {
      if (c.groups.of()[i] != 0) {
        assertThat(signs.first()[i] + signs.second()[i]).as("no member at %d", i).isZero();
      } else if (!isExempt(c, i, first[i])) {
        compared++;
        assertThat(signs.first()[i]).as("B1 at %d", i).isEqualTo(first[i]);
        assertThat(signs.second()[i]).as("B2 at %d", i).isEqualTo(second[i]);
      }
    }
    assertThat(compared).isGreaterThan(c.groups.members(0) * 9 / 10);
  }

  private static boolean isExempt(Case c, int place, byte first) {
    int row = place / c.groups.cols();
    if (c.isDegenerate()) {
      int members = 0;
      for (int j = 0; j < c.groups.cols(); j++) {
        members += c.groups.of()[row * c.groups.cols() + j] == 0 ? 1 : 0;
      }
      if (members <= 2) {
        return true;
      }
    }
    return gap(c, place, first) < TIE;
  }

  /**
   * By how much the nearest choice of signs is nearer than the next, with the reference's numbers.
   */
  private static double gap(Case c, int place, byte first) {
    int row = place / c.groups.cols();
    int col = place % c.groups.cols();
    double v = c.v.data()[place];
    if (c.method().equals("billm")) {
      // Plane by plane: the distance from each plane's shift.
      double left = v - c.expected("mu1")[row];
      double a1 = c.expected("a1")[row];
      double gap = gap(left, a1, 0, 1);
      if (c.order() == 2) {
        double rest = left - (first != 0 ? a1 : -a1) - c.expected("mu2")[row];
        gap = Math.min(gap, gap(rest, c.expected("a2")[row], 0, 1));
      }
      return gap;
    }
    if (c.method().equals("arb-rc")) {
      double c1 = c.expected("ar1")[row] * c.expected("ac1")[col];
      double c2 = c.order() == 1 ? 0 : c.expected("ar2")[row] * c.expected("ac2")[col];
      return gap(v, c1, c2, c.order());
    }
    // The signs of ARB-X are those of its first phase, whose numbers the trace begins with.
    boolean atStart = c.method().equals("arb-x");
    ToDoubleFunction<String> number = name -> c.expected(atStart ? "trace_" + name : name)[row];
    double a2 = c.order() == 1 ? 0 : number.applyAsDouble("a2");
    return gap(v - number.applyAsDouble("mu"), number.applyAsDouble("a1"), a2, c.order());
  }

  private static double gap(double z, double a1, double a2, int order) {
    double[] distances =
        order == 1
            ? new double[] {Math.abs(z - a1), Math.abs(z + a1)}
            : new double[] {
              Math.abs(z - a1 - a2), Math.abs(z - a1 + a2),
              Math.abs(z + a1 - a2), Math.abs(z + a1 + a2)
            };
    Arrays.sort(distances);
    return distances[1] - distances[0];
  }

  private static void assertClose(String name, double[] actual, double[] expected) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertClose(name + "[" + i + "]", actual[i], expected[i]);
    }
  }

  private static void assertClose(String name, double actual, double expected) {
    double off = Math.abs(actual - expected);
    boolean close = off <= ABSOLUTE || off <= RELATIVE * Math.abs(expected);
    assertThat(close).as("%s: %s, not %s", name, actual, expected).isTrue();
  }

  private static byte[] bytes(float[] flags) {
    byte[] bytes = new byte[flags.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) flags[i];
    }
    return bytes;
  }
}
