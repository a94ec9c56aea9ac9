package dev.pbq.cli.command;

import dev.pbq.cli.console.EvaluationStatus;
import dev.pbq.cli.console.OptionChecks;
import dev.pbq.cli.console.ResultFile;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.ResidentOption;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.distance.DistanceStatistics;
import dev.pbq.eval.distance.Distribution;
import dev.pbq.eval.distance.PerplexityRatio;
import dev.pbq.eval.run.DistanceEvaluation;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.source.BuiltIn;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq eval-kl}: the distance of a quantized model from its original. */
@Command(
    name = "eval-kl",
    mixinStandardHelpOptions = true,
    description = {
      "Measures how far a model's predictions are from the original's: KL(original || model) of"
          + " every token, how often the most likely token is the same, how the probability of the"
          + " correct token changes, and the ratio of perplexities with its paired standard error.",
      "The models run one after the other; the original's log-probabilities go through a file"
          + " (4 bytes for each token and entry of the vocabulary), which --cache keeps.",
      "",
      "Examples:",
      "  pbq eval-kl out/llama-7b-xnor --reference huggyllama/llama-7b --limit 32",
      "  pbq eval-kl tiny-xnor --reference tiny --cache tiny.logp --json distance.json"
    })
final class EvalKlCommand implements Runnable {
  @Mixin private ModelArgument model;

  @Option(
      names = "--reference",
      required = true,
      paramLabel = "ORIGINAL",
      description = "The model that MODEL was made from, named like MODEL.")
  private String reference;

  @Option(
      names = "--dataset",
      paramLabel = "SET|FILE",
      split = ",",
      description =
          "Texts: wikitext2, ptb, c4, tiny, or files (.txt, .jsonl, .jsonl.gz, .parquet). Default:"
              + " wikitext2, or tiny for the model built in.")
  private List<String> datasets = new ArrayList<>();

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description = "Tokens per window (default: 2048, or the models' longest sequence).")
  private Integer seqlen;

  @Option(names = "--limit", paramLabel = "WINDOWS", description = "Compare the first N windows.")
  private Integer limit;

  @Option(
      names = "--cache",
      paramLabel = "FILE",
      description =
          "Keep the original's log-probabilities in this file, and use them if they are there."
              + " Refused if they are of another model or text.")
  private Path cache;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private Path json;

  @Mixin private DataOptions data;
  @Mixin private ResidentOption resident;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    ResultFile.prepare(json);
    OptionChecks.atLeastOne("--limit", limit);
    ResolvedModel own = model.resolve();
    ResolvedModel original =
        ModelArgument.models(new StatusLine(spec.commandLine().getErr())).resolve(reference);
    if (datasets.isEmpty()) {
      datasets.add(BuiltIn.defaultText(original, "wikitext2"));
    }
    if (cache != null && datasets.size() > 1) {
      throw PbqException.usage("--cache holds one text: give one --dataset");
    }
    List<EvaluationText> texts = datasets.stream().map(data.texts()::evaluation).toList();
    DistanceEvaluation evaluation =
        new DistanceEvaluation(
            tokenizers.choice(),
            resident.running(common),
            new EvaluationStatus(new StatusLine(spec.commandLine().getErr())));
    List<DistanceResult> results = new ArrayList<>();
    for (EvaluationText text : texts) {
      DistanceResult result =
          evaluation.run(
              named(own),
              named(original),
              text,
              seqlen == null ? OptionalInt.empty() : OptionalInt.of(seqlen),
              limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
              Optional.ofNullable(cache));
      print(result, spec.commandLine().getOut());
      results.add(result);
    }
    if (json != null) {
      ResultFile.write(json, results);
    }
  }

  private static DistanceEvaluation.Named named(ResolvedModel resolved) {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    return new DistanceEvaluation.Named(resolved.displayName(), folder, ActFormat.recorded(folder));
  }

  /** A few lines for one result. */
  static void print(DistanceResult result, PrintWriter out) {
    DistanceStatistics s = result.statistics();
    out.printf(
        Locale.ROOT,
        "%s against %s on %s (%s, %d windows of %d tokens, %d predicted%s)%n",
        result.model(),
        result.reference(),
        result.dataset(),
        result.text().protocol(),
        result.windows(),
        result.seqlen(),
        s.tokens(),
        result.actFormat() == null ? "" : ", activations: " + result.actFormat());
    Distribution kl = s.kl();
    out.printf(
        Locale.ROOT,
        "  KL, nats per token   mean %.6f +- %.6f, median %.6f, 90 %% %.4f, 99 %% %.4f, max %.4f%n",
        kl.mean(),
        kl.stderr(),
        kl.median(),
        kl.p90(),
        kl.p99(),
        kl.max());
    out.printf(
        Locale.ROOT,
        "  same top token       %.3f %% +- %.3f %%%n",
        100 * s.sameTop(),
        100 * s.sameTopStderr());
    Distribution change = s.probability().distribution();
    out.printf(
        Locale.ROOT,
        "  correct token's p    mean %+.3f %% +- %.3f %%, RMS %.3f %% +- %.3f %%; 1 %% %+.2f,"
            + " 10 %% %+.2f, median %+.2f, 90 %% %+.2f, 99 %% %+.2f%n",
        100 * change.mean(),
        100 * change.stderr(),
        100 * s.probability().rms(),
        100 * s.probability().rmsStderr(),
        100 * change.p01(),
        100 * change.p10(),
        100 * change.median(),
        100 * change.p90(),
        100 * change.p99());
    PerplexityRatio p = s.perplexity();
    out.printf(
        Locale.ROOT,
        "  perplexity           %.4f +- %.4f, of the reference %.4f +- %.4f, correlation %.2f %%%n",
        p.model(),
        p.modelStderr(),
        p.reference(),
        p.referenceStderr(),
        100 * p.correlation());
    out.printf(
        Locale.ROOT,
        "  perplexity ratio     %.6f +- %.6f (ln %.6f +- %.6f)%n",
        p.ratio(),
        p.ratioStderr(),
        p.logRatio(),
        p.logRatioStderr());
  }
}
