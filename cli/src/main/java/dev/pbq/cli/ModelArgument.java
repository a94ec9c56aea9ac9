package dev.pbq.cli;

import dev.pbq.core.checkpoint.ModelFetcher;
import dev.pbq.core.checkpoint.ModelResolver;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.hub.DownloadListener;
import dev.pbq.hub.HeaderFolder;
import dev.pbq.hub.Hub;
import dev.pbq.tiny.TinyModel;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The MODEL that a command works on. */
final class ModelArgument {
  static final String TINY = "tiny";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A Hugging Face folder, a folder that pbq wrote, a hub id (org/name[@revision]), taken"
              + " from the local hub cache or downloaded into it, an alias such as llama-7b, or"
              + " tiny.")
  private String model;

  /** Finds the model's folder; downloads it if need be. */
  ResolvedModel resolve() {
    return resolve(model, new StatusLine(mixee.commandLine().getErr()));
  }

  /**
   * Finds the model's folder, or makes a temporary one (removed when the program ends) with headers
   * in place of weights that would have to be downloaded.
   */
  ResolvedModel resolveHeaders() {
    return resolver(new HeadersOnly(new StatusLine(mixee.commandLine().getErr()))).resolve(model);
  }

  /** Finds a model's folder by what the user calls it; downloads it if need be. */
  static ResolvedModel resolve(String model, StatusLine status) {
    return resolve(model, new DownloadStatus(status));
  }

  /** As the other, showing nothing. */
  static ResolvedModel resolve(String model) {
    return resolve(model, DownloadListener.SILENT);
  }

  private static ResolvedModel resolve(String model, DownloadListener listener) {
    return resolver((id, revision) -> Hub.of(System.getenv(), listener).model(id, revision))
        .resolve(model);
  }

  private static ModelResolver resolver(ModelFetcher fetcher) {
    return new ModelResolver(
        Map.of(TINY, () -> TinyModel.unpack(TinyModel.defaultCacheDir())),
        System.getenv(),
        fetcher);
  }

  /** Fetches what a plan needs. */
  private record HeadersOnly(StatusLine status) implements ModelFetcher {
    @Override
    public Path fetch(String id, String revision) {
      HeaderFolder folder =
          Hub.of(System.getenv(), new DownloadStatus(status)).headers(id, revision);
      Runtime.getRuntime().addShutdownHook(new Thread(folder::close, "pbq-remove-headers"));
      return folder.path();
    }

    @Override
    public String describe() {
      return "headers of the hub";
    }
  }
}
