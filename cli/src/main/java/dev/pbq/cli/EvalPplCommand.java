package dev.pbq.cli;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.protocol.GptqProtocol;
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

/** {@code pbq eval-ppl}: perplexity of a dense or packed model. */
@Command(
    name = "eval-ppl",
    mixinStandardHelpOptions = true,
    description = {
      "Measures perplexity, on dense and packed folders alike. Protocol gptq: the text is tokenized"
          + " once, cut into disjoint windows, and perplexity is exp of the mean over windows of"
          + " their mean negative log-likelihood.",
      "",
      "Examples:",
      "  pbq eval-ppl out/llama-7b-xnor --dataset wikitext2,ptb,c4 --data-dir data",
      "  pbq eval-ppl tiny --dataset tiny",
      "  pbq eval-ppl my-model --dataset my.txt --act-format bfp-w6a6",
      "  pbq eval-ppl my-model --dataset my.txt --seqlen 512 --json result.json"
    },
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n")
final class EvalPplCommand implements Runnable {
  @Mixin private ModelArgument model;
  @Mixin private DataOptions data;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private ReportOption report;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

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
      description = "Tokens per window (default: 2048, or the model's longest sequence).")
  private Integer seqlen;

  @Option(names = "--limit", paramLabel = "WINDOWS", description = "Evaluate the first N windows.")
  private Integer limit;

  @Option(
      names = "--protocol",
      paramLabel = "P",
      description = "gptq is the only one so far (default: ${DEFAULT-VALUE}).")
  private String protocol = GptqProtocol.NAME;

  @Option(
      names = "--act-format",
      paramLabel = "PRESET|FILE",
      description =
          "Compute all products of the blocks in number formats, activations included: bfp-w8a8,"
              + " bfp-w6a6, bfp-w4a4, bmf-w8a8, bl-w8a8, minifloat-w8a8, dmf-w8a8, log-w8a8,"
              + " int-w8a8, bypass, or a TOML file. A dense model's weights and biases are rounded"
              + " too; a packed model's are as stored. Default: what the model was quantized for;"
              + " none turns that off.")
  private String actFormat;

  @Option(
      names = "--compat",
      description = "With --act-format: the reference program's arithmetic, with its defects.")
  private boolean compat;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private Path json;

  @Option(
      names = "--resident",
      paramLabel = "SIZE",
      description =
          "Models up to this size in float32 are held in memory whole, larger ones one block at a"
              + " time (default: ${DEFAULT-VALUE}).")
  private String resident = "4GB";

  @Override
  public void run() {
    common.applyLogging();
    if (!protocol.equals(GptqProtocol.NAME)) {
      throw PbqException.usage("--protocol " + protocol + " is unknown; there is gptq");
    }
    if (limit != null && limit < 1) {
      throw PbqException.usage("--limit " + limit + " is not at least 1");
    }
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    Optional<ActFormat> format = actFormat(folder);
    if (datasets.isEmpty()) {
      datasets.add(
          resolved.requested().equals(ModelArgument.TINY) ? ModelArgument.TINY : "wikitext2");
    }
    report.prepare();
    List<EvaluationText> texts = datasets.stream().map(data::evaluation).toList();
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    List<PerplexityResult> results =
        new Evaluation(common.threads(), ShardSize.parse(resident), tokenizers, status)
            .run(
                resolved.displayName(),
                folder,
                texts,
                seqlen == null ? OptionalInt.empty() : OptionalInt.of(seqlen),
                limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
                format);
    print(results, spec.commandLine().getOut());
    if (json != null) {
      ResultFile.write(json, results);
    }
    report.write(
        () ->
            new ReportPages(RunFacts.section(spec, common.threads()))
                .perplexity(resolved.displayName(), folder, results),
        spec.commandLine().getOut());
  }

  private Optional<ActFormat> actFormat(ModelFolder folder) {
    boolean asked = actFormat != null && !actFormat.equals(ActFormat.NONE);
    if (compat && !asked) {
      throw PbqException.usage("--compat needs --act-format");
    }
    if (actFormat == null) {
      return ActFormat.recorded(folder);
    }
    return asked ? Optional.of(ActFormat.asked(actFormat, compat, folder)) : Optional.empty();
  }

  /** One line for each result. */
  static void print(List<PerplexityResult> results, PrintWriter out) {
    for (PerplexityResult r : results) {
      out.println(
          String.format(
              Locale.ROOT,
              "%s  perplexity %.4f +- %.4f  (%s, %d windows of %d tokens, text joined: %s%s)",
              r.dataset(),
              r.perplexity(),
              r.stderr(),
              r.protocol(),
              r.windows(),
              r.seqlen(),
              r.joined(),
              r.actFormat() == null ? "" : ", activations: " + r.actFormat()));
    }
  }
}
