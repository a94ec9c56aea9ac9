package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs without calibration: order, bounds, failures, resuming. */
class TensorStreamTest extends UncalibratedCase {
  @Test
  void theResultDoesNotDependOnThreads() throws IOException {
    byte[] one =
        Files.readAllBytes(
            run("one", new Rounding(), 1, false).resolve(WeightFiles.PACKED.single()));
    for (int threads : List.of(2, 5)) {
      Path out = run("threads-" + threads, new Rounding(), threads, false);
      assertThat(out.resolve(WeightFiles.PACKED.single())).hasBinaryContent(one);
    }
  }

  @Test
  void eventsComeInThePlansOrderWhateverIsReadyFirst() {
    List<String> events = Collections.synchronizedList(new ArrayList<>());
    Quantizer slowFirst =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            if (problem.name().endsWith("q_proj")) {
              pause(30);
            }
            return super.quantize(problem);
          }
        };
    run(
        "events",
        slowFirst,
        4,
        false,
        new ProgressListener() {
          @Override
          public void linearDone(LinearOutcome outcome) {
            events.add(outcome.name());
          }

          @Override
          public void blockDone(int block, double seconds) {
            events.add("block " + block);
          }
        });
    List<String> linears = plan(slowFirst).linears().map(PlannedLinear::name).toList();
    assertThat(events).filteredOn(e -> !e.startsWith("block")).isEqualTo(linears);
    assertThat(events)
        .filteredOn(e -> e.startsWith("block"))
        .containsExactly("block 0", "block 1", "block 2");
  }

  @Test
  void tensorsAreInFlightTogetherAcrossBlocks() {
    CountDownLatch all = new CountDownLatch(21);
    Quantizer meeting =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            all.countDown();
            await(all);
            return super.quantize(problem);
          }
        };
    run("meeting", meeting, 21, false);
    assertThat(all.getCount()).isZero();
  }

  @Test
  void bytesInFlightAreBounded() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Quantizer counting =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            pause(2);
            now.decrementAndGet();
            return super.quantize(problem);
          }
        };
    // The narrowest tensors have 8 x 16 weights: not even two of them fit.
    long bytes = 2 * 8 * 16 * TensorStream.BYTES_PER_WEIGHT - 1;
    Path work = folder.resolve("bounded");
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      Files.createDirectories(work);
      Journal journal =
          Journal.create(work, new Journal.Header(new Fingerprint(Map.of("a", "b")), "test"));
      BlockStore store = new BlockStore(work, journal, false);
      RunMemory memory = new RunMemory(0, true, 1, 1, true, bytes);
      Parallel.withThreads(
          4,
          () -> {
            new TensorStream(weights, store, memory, ProgressListener.SILENT)
                .run(plan(counting).blocks());
            return null;
          });
      assertThat(journal.entries()).hasSize(3);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertThat(most).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aRunThatFailsResumesToTheSameBytes(int threads) throws IOException {
    Path whole = run("whole", new Rounding(), threads, false);
    Quantizer failing =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            if (problem.name().contains("layers.1.mlp") || problem.name().contains("layers.2")) {
              throw PbqException.numerical("no " + problem.name());
            }
            return super.quantize(problem);
          }
        };
    assertThatThrownBy(() -> run("cut", failing, threads, false))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NUMERICAL))
        .hasMessage("no model.layers.1.mlp.gate_proj");
    Path partial = folder.resolve("cut.partial");
    assertThat(partial.resolve("scratch-block-00000.safetensors")).exists();
    assertThat(partial.resolve("scratch-block-00001.safetensors")).doesNotExist();

    Set<String> again = Collections.synchronizedSet(new TreeSet<>());
    Quantizer mended =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            again.add(problem.name());
            return super.quantize(problem);
          }
        };
    Path resumed = run("cut", mended, threads, true);
    assertThat(again).hasSize(14).noneMatch(name -> name.contains("layers.0."));
    assertThat(resumed.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(whole.resolve(WeightFiles.PACKED.single()));
    assertThat(resumed.resolve("scratch-block-00000.safetensors")).doesNotExist();
  }

  @Test
  void aRunThatFailsAtOnceLeavesNothingBehindAndNothingRunning() {
    AtomicInteger running = new AtomicInteger();
    Quantizer failing =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            if (problem.name().endsWith("layers.0.self_attn.q_proj")) {
              throw PbqException.numerical("no " + problem.name());
            }
            running.incrementAndGet();
            pause(20);
            running.decrementAndGet();
            return super.quantize(problem);
          }
        };
    assertThatThrownBy(() -> run("nothing", failing, 4, false))
        .hasMessage("no model.layers.0.self_attn.q_proj");
    assertThat(running).hasValue(0);
    assertThat(folder.resolve("nothing")).doesNotExist();
    assertThat(folder.resolve("nothing.partial")).doesNotExist();
  }

  @Test
  void aShardThatCannotBeStoredEndsTheRun() {
    Quantizer saboteur =
        new Rounding() {
          @Override
          public Quantization quantize(LinearProblem problem) {
            // A folder where the shard is to be: the rename fails.
            Path shard = folder.resolve("stuck.partial/scratch-block-00000.safetensors/x");
            try {
              Files.createDirectories(shard);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            return super.quantize(problem);
          }
        };
    assertThatThrownBy(() -> run("stuck", saboteur, 2, false))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("scratch-block-00000.safetensors");
    assertThat(folder.resolve("stuck")).doesNotExist();
  }

  private static void pause(int milliseconds) {
    await(new CountDownLatch(1), milliseconds);
  }

  private static void await(CountDownLatch latch) {
    assertThat(await(latch, 20_000)).as("all at work at once").isTrue();
  }

  private static boolean await(CountDownLatch latch, int milliseconds) {
    try {
      return latch.await(milliseconds, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
