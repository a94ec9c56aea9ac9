package dev.pbq.bench;

import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.decoder.FlatDecoder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * Tokens per second of a model's weights as they are stored, prompt and continuation apart: {@code
 * DecoderMacro MODEL PROMPT TOKENS THREADS}. Wall seconds, and CPU seconds of the whole process,
 * which the compiler's threads are part of; the first of three turns warms up.
 */
public final class DecoderMacro {
  private static final int TURNS = 3;
  private static final int SMALLEST_ID = 3;

  private DecoderMacro() {}

  /** Prints a line for each turn. */
  public static void main(String[] args) {
    ModelFolder folder = ModelFolder.open(Path.of(args[0]));
    int prompt = Integer.parseInt(args[1]);
    int tokens = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    CausalModel model = Architectures.of(folder.config(), args[0]);
    try (ModelWeights weights = Checkpoints.open(folder)) {
      Parallel.withThreads(
          threads,
          () -> {
            try (FlatDecoder decoder = FlatDecoder.open(model, weights, true, prompt + tokens)) {
              for (int turn = 0; turn < TURNS; turn++) {
                turn(decoder, prompt, tokens);
              }
            }
            return null;
          });
    }
  }

  private static void turn(FlatDecoder decoder, int prompt, int tokens) {
    int[] ids = new Random(1).ints(prompt, SMALLEST_ID, 1000).toArray();
    decoder.truncate(0);
    report("prompt", prompt, () -> decoder.logits(ids));
    report(
        "generated",
        tokens,
        () -> {
          for (int i = 0; i < tokens; i++) {
            decoder.logits(new int[] {SMALLEST_ID + i});
          }
        });
  }

  private static void report(String what, int tokens, Runnable work) {
    double cpu = ProcessMeter.cpuSeconds();
    long start = System.nanoTime();
    work.run();
    double wall = (System.nanoTime() - start) * 1e-9;
    System.out.printf(
        Locale.ROOT,
        "%-10s %6.1f tokens a second, %6.1f a CPU-second%n",
        what,
        tokens / wall,
        tokens / (ProcessMeter.cpuSeconds() - cpu));
  }
}
