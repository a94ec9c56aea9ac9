package dev.pbq.cli.option;

import dev.pbq.cli.console.DownloadStatus;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.workflow.source.ModelHeaders;
import dev.pbq.workflow.source.Models;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The MODEL that a command works on. */
public final class ModelArgument {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A Hugging Face folder, a folder that pbq or another quantizer wrote, a GGUF file, a hub"
              + " id (org/name[@revision]), taken from the local hub cache or downloaded into it,"
              + " an alias such as llama-7b, or tiny.")
  private String model;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "The tokenizer of this folder in place of the one in a GGUF file.")
  private Path tokenizer;

  /** Finds the model's folder; downloads it if need be. */
  public ResolvedModel resolve() {
    return models().resolve(model);
  }

  /**
   * Finds the model's folder, or makes a temporary one (removed when the program ends) with headers
   * in place of weights that would have to be downloaded.
   */
  public ResolvedModel resolveHeaders() {
    ModelHeaders headers = models().resolveHeaders(model);
    Runtime.getRuntime().addShutdownHook(new Thread(headers::close, "pbq-remove-headers"));
    return headers.model();
  }

  private Models models() {
    return models(new StatusLine(mixee.commandLine().getErr()))
        .withTokenizer(Optional.ofNullable(tokenizer));
  }

  /** Models of this process's environment; downloads are shown. */
  public static Models models(StatusLine status) {
    return new Models(System.getenv(), new DownloadStatus(status));
  }
}
