package dev.pbq.bench;

import dev.pbq.Pbq;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Prints the fingerprint of what each method makes of a model with each number of threads: lines
 * that are the same whatever the number, the Java and the day.
 *
 * <pre>java -cp ... dev.pbq.bench.Fingerprints MODEL SCRATCH THREADS...</pre>
 */
public final class Fingerprints {
  private static final List<String> METHODS =
      List.of("gptq", "xnor", "arb-rc", "billm", "ecq", "hqq", "bfp");

  private Fingerprints() {}

  /** Prints a line for each method and number of threads. */
  public static void main(String[] args) throws IOException {
    for (String method : METHODS) {
      for (int i = 2; i < args.length; i++) {
        Path output = Files.createDirectories(Path.of(args[1])).resolve(method);
        Recipe plain = Recipe.of(method).calibratedOn("tiny", 16, 128);
        Recipe recipe = method.equals("xnor") ? plain.set("lowFrac", 0.9) : plain;
        String fingerprint =
            Pbq.local()
                .withThreads(Integer.parseInt(args[i]))
                .model(args[0])
                .quantize(recipe, output, Existing.REPLACE)
                .report()
                .orElseThrow()
                .tensorsSha256();
        System.out.printf("%-7s %s threads  %s%n", method, args[i], fingerprint);
      }
    }
  }
}
