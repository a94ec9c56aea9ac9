package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs the command line inside the test's process and keeps what it prints. */
final class Cli {
  private Cli() {}

  /** Exit code and output of one command. */
  record Result(int code, String out, String err) {}

  static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int code = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Result(code, out.toString(), err.toString());
  }

  /** The perplexity of a model on 16 windows of 64 tokens of the text of {@code tiny}. */
  static double perplexity(Path model) throws IOException {
    return perplexity(model, 64);
  }

  /** As the other, with windows of another length. */
  static double perplexity(Path model, int tokens) throws IOException {
    Path json = Files.createTempFile("result", ".json");
    try {
      Result result =
          run(
              "eval-ppl",
              model,
              "--dataset",
              "tiny",
              "--seqlen",
              tokens,
              "--limit",
              16,
              "--json",
              json);
      assertThat(result.code()).as(result.err()).isZero();
      return new ObjectMapper()
          .readTree(json.toFile())
          .path("results")
          .get(0)
          .path("perplexity")
          .asDouble();
    } finally {
      Files.delete(json);
    }
  }
}
