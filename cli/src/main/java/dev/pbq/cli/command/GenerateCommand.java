package dev.pbq.cli.command;

import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.GenerationOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.generate.StopReason;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.eval.run.TextModel;
import dev.pbq.formats.model.ActFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq generate}: a model continues a text. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Continues a text with a dense or packed model, and prints it as it comes: the quickest look"
          + " at what quantization left of a model.",
      "",
      "Examples:",
      "  pbq generate out/llama-7b-xnor --prompt \"The capital of France is\"",
      "  pbq generate tiny --prompt \"The \" --temperature 0.8 --top-p 0.95 --seed 1"
    })
final class GenerateCommand implements Runnable {
  @Mixin private ModelArgument model;

  @Option(
      names = {"-p", "--prompt"},
      required = true,
      paramLabel = "TEXT",
      description = "The text to continue; - reads it from the standard input.")
  private String prompt;

  @Option(names = "--no-echo", description = "Print only what is new, without the prompt.")
  private boolean noEcho;

  @Mixin private GenerationOptions generation;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    int maxNewTokens = generation.maxNewTokens();
    TokenSampler sampler = generation.sampler();
    String text = prompt.equals("-") ? standardInput() : prompt;
    ModelFolder folder = ModelFolder.open(model.resolve().folder());
    TextModel.Outcome outcome = generate(folder, text, maxNewTokens, sampler);
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "pbq: %d tokens in %.1f s (%.1f per second)%s%n",
            outcome.tokens(),
            outcome.seconds(),
            outcome.tokens() / Math.max(1e-9, outcome.seconds()),
            reason(outcome.reason()));
  }

  private TextModel.Outcome generate(
      ModelFolder folder, String text, int maxNewTokens, TokenSampler sampler) {
    PrintWriter out = spec.commandLine().getOut();
    try (TextModel opened =
        TextModel.open(
            folder,
            ActFormat.recorded(folder),
            tokenizers.choice(),
            generation.running(common),
            Integer.MAX_VALUE)) {
      int[] ids = opened.tokenizer().encode(text);
      if (!noEcho) {
        out.print(opened.tokenizer().decode(ids));
      }
      TextModel.Outcome outcome =
          opened.generate(
              ids,
              maxNewTokens,
              sampler,
              added -> {
                out.print(added);
                out.flush();
              });
      out.println();
      return outcome;
    }
  }

  private static String standardInput() {
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw PbqException.badData("cannot read the prompt from the standard input", e);
    }
  }

  private static String reason(StopReason reason) {
    return switch (reason) {
      case END_OF_TEXT -> ", the text ended";
      case LENGTH -> "";
      case POSITIONS -> ", the model has no further positions";
    };
  }
}
