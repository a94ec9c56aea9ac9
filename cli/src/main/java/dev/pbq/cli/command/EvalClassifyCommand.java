package dev.pbq.cli.command;

import dev.pbq.cli.console.OptionChecks;
import dev.pbq.cli.console.ResultFile;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.ActFormatOptions;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.eval.classify.ClassificationResult;
import dev.pbq.eval.run.OpenClassifier;
import dev.pbq.eval.run.Running;
import dev.pbq.formats.model.ActFormat;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq eval-classify}: accuracy of a dense or packed text classifier. */
@Command(
    name = "eval-classify",
    mixinStandardHelpOptions = true,
    description = {
      "Measures how many labelled texts a BERT classifies rightly, on dense and packed folders"
          + " alike.",
      "",
      "Examples:",
      "  pbq eval-classify bert-sst2 --data SST-2/dev.tsv",
      "  pbq eval-classify out/bert-sst2-bfp --data sst2 --data-dir data --act-format bfp-w6a6",
      "  pbq eval-classify bert-sst2 --data my.jsonl --limit 256 --json result.json"
    })
final class EvalClassifyCommand implements Runnable {
  @Mixin private ModelArgument model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE|sst2",
      description =
          "Labelled texts: .tsv with a header as GLUE ships it, .jsonl, .jsonl.gz or .parquet, with"
              + " \"sentence\" or \"text\", and \"label\" (a number, or a name of the model's"
              + " id2label); or sst2, its validation split.")
  private String data;

  @Mixin private DataOptions directory;

  @Option(names = "--limit", paramLabel = "TEXTS", description = "Evaluate the first N texts.")
  private Integer limit;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description =
          "Tokens of a text, special ones included; longer ones are cut (default: 128, or the"
              + " model's longest).")
  private Integer maxLength;

  @Mixin private ActFormatOptions formats;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private Path json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    ResultFile.prepare(json);
    OptionChecks.atLeastOne("--limit", limit);
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    Optional<ActFormat> format = formats.of(folder);
    ClassificationResult result;
    // Opened first: what can be refused at once is, before texts are looked for or downloaded.
    try (OpenClassifier opened =
        OpenClassifier.open(folder, format, Running.of(common.threads(), Long.MAX_VALUE))) {
      LabeledSet texts = directory.texts().labeled(data, optional(limit));
      result = measure(resolved.displayName(), opened, texts);
    }
    print(result, spec.commandLine().getOut());
    if (json != null) {
      ResultFile.write(json, List.of(result));
    }
  }

  private static OptionalInt optional(Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private ClassificationResult measure(String name, OpenClassifier opened, LabeledSet texts) {
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    ClassificationResult result =
        opened.measure(
            name,
            texts,
            optional(maxLength),
            (done, all, correct) ->
                status.update(
                    String.format(
                        Locale.ROOT,
                        "%s: text %d/%d, accuracy so far %.4f",
                        texts.name(),
                        done,
                        all,
                        (double) correct / done)));
    status.clear();
    return result;
  }

  private static void print(ClassificationResult r, PrintWriter out) {
    out.println(
        String.format(
            Locale.ROOT,
            "%s  accuracy %.4f +- %.4f  (%d of %d texts, loss %.4f, always the most frequent label:"
                + " %.4f%s%s)",
            r.dataset(),
            r.accuracy(),
            r.stderr(),
            r.correct(),
            r.examples(),
            r.loss(),
            r.majority(),
            r.truncated() == 0
                ? ""
                : ", " + r.truncated() + " texts cut to " + r.maxLength() + " tokens",
            r.actFormat() == null ? "" : ", activations: " + r.actFormat()));
  }
}
