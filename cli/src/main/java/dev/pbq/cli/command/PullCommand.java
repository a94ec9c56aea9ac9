package dev.pbq.cli.command;

import dev.pbq.cli.console.DownloadStatus;
import dev.pbq.cli.console.InterruptNotice;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.LoggingOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelResolver;
import dev.pbq.core.data.HubDataset;
import dev.pbq.hub.Hub;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pbq pull}: downloads a model or a data set into the hub cache. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Downloads a model, or the parts of a data set that calibration and evaluation use, from the"
          + " Hugging Face hub into its standard cache, where pbq and other programs find it.",
      "What is there already is not downloaded again; an interrupted download goes on where it"
          + " stopped. Every file is checked against the hub's hash.",
      "",
      "Examples:",
      "  pbq pull llama-7b",
      "  pbq pull facebook/opt-125m@refs/pr/18",
      "  pbq pull wikitext2"
    },
    footer = {
      "",
      "Environment: HF_TOKEN (gated and private models), HF_ENDPOINT, HF_HOME, HF_HUB_CACHE,",
      "HF_HUB_OFFLINE, HF_HUB_DOWNLOAD_TIMEOUT. Proxies: PBQ_OPTS=-Dhttps.proxyHost=..."
    })
final class PullCommand implements Runnable {
  @Parameters(
      paramLabel = "MODEL|DATASET",
      arity = "1..*",
      description = "org/name[@revision], an alias such as llama-7b, or wikitext2, ptb, c4.")
  private List<String> names;

  @Mixin private LoggingOptions logging;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Files that are downloaded at the same time (default: ${DEFAULT-VALUE}).")
  private int threads = Hub.AT_ONCE;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    logging.apply();
    int atOnce = CommonOptions.requireThreads(threads);
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    Hub hub = Hub.of(System.getenv(), atOnce, new DownloadStatus(status));
    for (String name : names) {
      Path folder =
          InterruptNotice.during(
              status,
              "pbq: interrupted; the same command continues the download",
              () -> pull(hub, name));
      spec.commandLine().getOut().println(folder);
    }
  }

  private static Path pull(Hub hub, String name) {
    Optional<HubDataset> dataset = HubDataset.named(name);
    if (dataset.isPresent()) {
      Path folder = null;
      for (List<String> globs : dataset.get().splits()) {
        folder = hub.dataset(dataset.get().repository(), globs);
      }
      return folder;
    }
    ModelResolver.HubName model =
        ModelResolver.hubName(name)
            .filter(n -> n.id().contains("/"))
            .orElseThrow(
                () ->
                    PbqException.notFound(
                        name
                            + " is neither a hub id (org/name), an alias such as llama-7b, nor a"
                            + " data set (wikitext2, ptb, c4)"));
    return hub.model(model.id(), model.revision());
  }
}
