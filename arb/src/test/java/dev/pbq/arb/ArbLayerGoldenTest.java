package dev.pbq.arb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.arb.fit.RowFit;
import dev.pbq.arb.partition.SearchTrace;
import dev.pbq.arb.partition.Split;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole layers against the reference's block loops, in float64 and with nothing rounded. */
class ArbLayerGoldenTest {
  private static final GoldenSet GOLDEN = GoldenSet.find("arb-llm", ArbLayerGoldenTest.class);
  private static final double RELATIVE = 1e-9;
  private static final double ABSOLUTE = 1e-12;

  /** The manifest's names of settings that are called otherwise here. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("cgb", "cgb"),
          Map.entry("comp", "compensation"),
          Map.entry("metric", "salientMetric"),
          Map.entry("target", "searchTarget"),
          Map.entry("block", "blocksize"),
          Map.entry("T", "iterations"),
          Map.entry("T2", "xIterations"),
          Map.entry("up_lim", "upLim"),
          Map.entry("percdamp", "percdamp"),
          Map.entry("eps", "eps"),
          Map.entry("epsx", "epsX"));

  record Case(JsonNode entry, JsonNode problem) {
    @Override
    public String toString() {
      return entry.get("name").asText();
    }
  }

  static Stream<Case> pipelines() {
    JsonNode manifest = GOLDEN.manifest("manifest.json");
    return StreamSupport.stream(manifest.get("cases").spliterator(), false)
        .filter(c -> c.get("kind").asText().equals("pipeline"))
        .map(c -> new Case(c, manifest.get("problems").get(c.get("problem").asText())));
  }

  @ParameterizedTest
  @MethodSource("pipelines")
  void equalsTheReference(Case c) {
    GoldenFile inputs = GOLDEN.file(c.problem.get("file").asText());
    GoldenFile expected = GOLDEN.file(c.entry.get("file").asText());
    JsonNode params = c.entry.get("params");
    ArbSettings settings = settings(params);
    ReferenceHessian hessian =
        ReferenceHessian.of(
            inputs.doubleMatrix("X"), c.entry.get("nseq").asInt(), settings.percdamp());
    assertThat(hessian.dead()).containsExactlyElementsOf(ints(c.entry.get("dead_columns")));
    DoubleMatrix w = hessian.withoutDeadColumns(inputs.doubleMatrix("W"));
    DoubleMatrix q = DoubleMatrix.zeros(w.rows(), w.cols());
    List<Integer> starts = new ArrayList<>();
    ArbLayer.Store checks =
        new ArbLayer.Store() {
          @Override
          public FittedBlock rounded(FittedBlock block) {
            return block;
          }

          @Override
          public DoubleMatrix keep(int from, BlockPlan.Result published, FittedBlock block) {
            check("b" + starts.size() + ".", expected, published, block);
            starts.add(from);
            DoubleMatrix values = block.values();
            for (int r = 0; r < w.rows(); r++) {
              System.arraycopy(
                  values.data(), r * values.cols(), q.data(), r * w.cols() + from, values.cols());
            }
            return values;
          }
        };
    double loss =
        new ArbLayer(ArbMethod.of(params.get("method").asText()).orElseThrow(), settings)
            .run(
                w.rows(),
                (from, to) -> columns(w, from, to),
                hessian.factor(),
                hessian.secondMoments(),
                checks);
    assertThat(starts).hasSize(c.entry.get("blocks").size());
    close("Q", q.data(), expected.doubles("Q"));
    close("loss", loss, c.entry.get("loss").asDouble());
  }

  private static ArbSettings settings(JsonNode params) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    params
        .properties()
        .forEach(
            e -> {
              if (e.getKey().equals("num_p")) {
                node.put("groups", e.getValue().asInt() + 1);
              } else if (!e.getKey().equals("method")) {
                String name = SETTINGS.get(e.getKey());
                assertThat(name).as("setting " + e.getKey()).isNotNull();
                node.set(name, e.getValue());
              }
            });
    return new ObjectMapper().convertValue(node, ArbSettings.class);
  }

  private static void check(
      String prefix, GoldenFile expected, BlockPlan.Result published, FittedBlock block) {
    SearchTrace trace = published.partition().trace();
    float[] order = expected.floats(prefix + "col_order");
    for (int i = 0; i < order.length; i++) {
      assertThat(trace.columnOrder()[i]).as(prefix + "col_order " + i).isEqualTo((int) order[i]);
    }
    close(prefix + "sal_err", trace.salientErrors(), expected.doubles(prefix + "sal_err"));
    splits(prefix, "sal", expected, trace.salient());
    splits(prefix, "ns", expected, trace.other());
    float[] group = expected.floats(prefix + "group_id");
    float[] first = expected.floats(prefix + "B1");
    float[] second = expected.floats(prefix + "B2");
    byte[] of = block.groups().of();
    for (int i = 0; i < group.length; i++) {
      assertThat((int) of[i]).as(prefix + "group_id " + i).isEqualTo((int) group[i]);
      GroupFit fit = block.fits().get(of[i]);
      int row = i / block.cols();
      int col = i % block.cols();
      byte[] signs = {block.signs().first()[i], block.signs().second()[i]};
      if (signs[0] != first[i] || (fit.order() == 2 && signs[1] != second[i])) {
        // Only where both stand for the same number.
        close(
            prefix + "value " + i,
            fit.value(row, col, signs[0], signs[1]),
            fit.value(row, col, (int) first[i], (int) second[i]));
      }
    }
    for (int g = 0; g < block.fits().size(); g++) {
      fit(prefix + "g" + g + ".", expected, block.fits().get(g));
    }
  }

  private static void splits(String prefix, String side, GoldenFile expected, List<Split> found) {
    String thresholds = prefix + "thr_" + side;
    if (!expected.has(thresholds)) {
      assertThat(found).as(thresholds).isEmpty();
      return;
    }
    double[] p = expected.doubles(prefix + "split_" + side + "_p");
    double[] errors = expected.doubles(prefix + "split_" + side + "_err");
    double[] chosen = expected.doubles(thresholds);
    int candidates = p.length / chosen.length;
    assertThat(found).as(thresholds).hasSize(chosen.length);
    for (int round = 0; round < chosen.length; round++) {
      Split split = found.get(round);
      int from = round * candidates;
      close(prefix + side + " p", split.candidates(), slice(p, from, candidates));
      close(prefix + side + " err", split.errors(), slice(errors, from, candidates));
      close(thresholds, split.threshold(), chosen[round]);
    }
  }

  private static double[] slice(double[] values, int from, int count) {
    return java.util.Arrays.copyOfRange(values, from, from + count);
  }

  private static void fit(String prefix, GoldenFile expected, GroupFit fit) {
    if (fit instanceof RowFit f) {
      close(prefix + "mu", f.mu(), expected.doubles(prefix + "mu"));
      close(prefix + "a1", f.a1(), expected.doubles(prefix + "a1"));
      if (f.a2() != null) {
        close(prefix + "a2", f.a2(), expected.doubles(prefix + "a2"));
      }
    } else if (fit instanceof RowColumnFit f) {
      close(prefix + "ar1", f.r1(), expected.doubles(prefix + "ar1"));
      close(prefix + "ac1", f.q1(), expected.doubles(prefix + "ac1"));
      if (f.r2() != null) {
        close(prefix + "ar2", f.r2(), expected.doubles(prefix + "ar2"));
        close(prefix + "ac2", f.q2(), expected.doubles(prefix + "ac2"));
      }
    }
  }

  private static void close(String what, double[] found, double[] expected) {
    assertThat(found.length).as(what).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      close(what + " " + i, found[i], expected[i]);
    }
  }

  private static void close(String what, double found, double expected) {
    if (!(Math.abs(found - expected) <= ABSOLUTE + RELATIVE * Math.abs(expected))) {
      fail(what + " is " + found + " where the reference has " + expected);
    }
  }

  private static List<Integer> ints(JsonNode array) {
    List<Integer> values = new ArrayList<>();
    array.forEach(v -> values.add(v.asInt()));
    return values;
  }

  private static DoubleMatrix columns(DoubleMatrix w, int from, int to) {
    DoubleMatrix part = DoubleMatrix.zeros(w.rows(), to - from);
    for (int r = 0; r < w.rows(); r++) {
      System.arraycopy(w.data(), r * w.cols() + from, part.data(), r * part.cols(), part.cols());
    }
    return part;
  }
}
