package dev.pbq.eval.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.ScoringProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of one question are scored as each of them is on its own, with fewer tokens run. */
class SharedBeginningsTest {
  /** Float32, in other shapes: relative to losses of a few nats. */
  private static final double TOLERANCE = 2e-5;

  private static final int QUESTIONS = 5;
  private static final int ANSWERS = 4;

  @TempDir private Path scratch;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  static List<Path> folders() throws IOException {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    Path own = Path.of("..", "core", "src", "test", "resources", "architectures");
    try (Stream<Path> list = Files.list(Files.isDirectory(shared) ? shared : own)) {
      List<Path> folders =
          list.filter(Files::isDirectory)
              .filter(p -> !p.getFileName().toString().endsWith("-classifier"))
              .sorted()
              .toList();
      assertThat(folders).hasSizeGreaterThan(5);
      return folders;
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyFamilyScoresAnswersAsOnTheirOwn(Path folder) throws IOException {
    String file = folder.resolve("config.json").toString();
    CausalModel model = Architectures.of(new ObjectMapper().readTree(Path.of(file).toFile()), file);
    List<Span> spans = spans(model.vocabularySize());
    try (Checkpoint weights = Checkpoint.open(folder);
        NDManager manager = Engines.newManager()) {
      float[][] alone = alone(model, weights, spans, manager);
      long apart = spans.stream().mapToLong(span -> span.input().length()).sum();
      check(score(model, weights, Long.MAX_VALUE, spans, 1, manager), alone, file);
      check(score(model, weights, Long.MAX_VALUE, spans, 150, manager), alone, file);
      SpanScores together = score(model, weights, 0, spans, 8192, manager);
      check(together, alone, file);
      if (!folder.getFileName().toString().matches(".*longrope")) {
        assertThat(together.tokens()).as(file).isLessThan(apart * 2 / 3);
      }
    }
  }

  /** Every span's losses, each from a sequence of its own. */
  private float[][] alone(
      CausalModel model, WeightSource weights, List<Span> spans, NDManager manager) {
    int[][] inputs =
        spans.stream()
            .map(span -> span.input().padded(span.input().length()))
            .toArray(int[][]::new);
    float[][] losses = new float[inputs.length][];
    new ForwardPass(model, weights, ProductOperands.UNCHANGED, Long.MAX_VALUE, scratch)
        .run(
            BatchPlan.inOrder(inputs, 1),
            manager,
            ScoringProgress.SILENT,
            (batch, hidden, head) -> {
              int index = batch.indices()[0];
              Span span = spans.get(index);
              int[] next = Arrays.copyOfRange(span.source(), span.from(), span.end());
              int first = span.from() - 1 - span.begin();
              String rows = "0, %d:%d".formatted(first, first + span.scored());
              losses[index] = head.score(hidden.get(rows), next).nll();
            });
    return losses;
  }

  private static void check(SpanScores actual, float[][] expected, String file) {
    for (int i = 0; i < expected.length; i++) {
      assertClose(actual.nll()[i], expected[i], file + ", answer " + i);
    }
  }

  private static void assertClose(float[] actual, float[] expected, String what) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int t = 0; t < actual.length; t++) {
      assertThat((double) actual[t])
          .as(what)
          .isCloseTo(expected[t], within(TOLERANCE * Math.max(1, expected[t])));
    }
  }

  private SpanScores score(
      CausalModel model,
      WeightSource weights,
      long resident,
      List<Span> spans,
      int batch,
      NDManager manager) {
    ForwardPass pass =
        new ForwardPass(model, weights, ProductOperands.UNCHANGED, resident, scratch);
    return new SpanScorer(pass, batch).score(spans, manager, ScoringProgress.SILENT);
  }

  /** Answers that may begin alike, or with other last tokens of their context. */
  private static List<Span> spans(int vocabulary) {
    Random random = new Random(5);
    List<Span> spans = new ArrayList<>();
    for (int q = 0; q < QUESTIONS; q++) {
      int[] context = ids(random, 9 + random.nextInt(8), vocabulary);
      for (int a = 0; a < ANSWERS; a++) {
        int[] answer = ids(random, 1 + random.nextInt(4), vocabulary);
        int[] all = Arrays.copyOf(context, context.length + answer.length);
        System.arraycopy(answer, 0, all, context.length, answer.length);
        if (q == 2 && a == 1) {
          all[context.length - 1] = (all[context.length - 1] + 1) % vocabulary;
        }
        spans.add(new Span(all, 0, context.length, all.length));
      }
    }
    int[] single = ids(random, 7, vocabulary);
    spans.add(new Span(single, 1, 2, single.length));
    return spans;
  }

  private static int[] ids(Random random, int count, int vocabulary) {
    return IntStream.range(0, count).map(i -> random.nextInt(vocabulary)).toArray();
  }

  @Test
  void cutsAreTheCheapest() {
    Random random = new Random(1);
    for (int trial = 0; trial < 50; trial++) {
      int[] value = ids(random, 9, 20);
      CheapestCuts.Cost cost =
          (from, to) -> {
            int[] some = Arrays.copyOfRange(value, from, to);
            int least = Arrays.stream(some).min().getAsInt();
            return to - from > 4
                ? CheapestCuts.FORBIDDEN
                : Arrays.stream(some).sum() - (to - from - 1L) * least + 3;
          };
      List<CheapestCuts.Run> runs = CheapestCuts.of(value.length, cost);
      assertThat(runs.get(0).from()).isZero();
      long sum = 0;
      for (int i = 0; i < runs.size(); i++) {
        int next = i + 1 < runs.size() ? runs.get(i + 1).from() : value.length;
        assertThat(runs.get(i).to()).isEqualTo(next);
        sum += cost.of(runs.get(i).from(), next);
      }
      assertThat(sum).isEqualTo(everyCut(value.length, cost));
    }
  }

  /** The least cost, of all cuts tried. */
  private static long everyCut(int items, CheapestCuts.Cost cost) {
    long least = Long.MAX_VALUE;
    for (int ends = 0; ends < 1 << (items - 1); ends++) {
      long sum = 0;
      int from = 0;
      boolean allowed = true;
      for (int to = 1; to <= items && allowed; to++) {
        if (to == items || (ends >> (to - 1) & 1) != 0) {
          long own = cost.of(from, to);
          allowed = own != CheapestCuts.FORBIDDEN;
          sum += allowed ? own : 0;
          from = to;
        }
      }
      least = allowed ? Math.min(least, sum) : least;
    }
    return least;
  }
}
