package dev.pbq.cli.command;

import dev.pbq.cli.console.CommandWords;
import dev.pbq.cli.console.EvaluationStatus;
import dev.pbq.cli.console.ResultFile;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.ActFormatOptions;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.ProtocolOptions;
import dev.pbq.cli.option.ReportOption;
import dev.pbq.cli.option.ResidentOption;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.protocol.PerplexityMeasurement;
import dev.pbq.eval.run.PerplexityEvaluation;
import dev.pbq.eval.run.Recorded;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.report.ResultPages;
import dev.pbq.workflow.report.RunFacts;
import dev.pbq.workflow.source.BuiltIn;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
      "Measures perplexity, on dense and packed folders alike. Figures of different protocols do"
          + " not compare; the output always names the protocol, the windows, where BOS stands and"
          + " how the text was joined. By default (gptq) the text is tokenized once, cut into"
          + " disjoint windows, and perplexity is exp of the mean over windows of their mean"
          + " negative log-likelihood.",
      "",
      "Examples:",
      "  pbq eval-ppl out/llama-7b-xnor --dataset wikitext2,ptb,c4 --data-dir data",
      "  pbq eval-ppl tiny --dataset tiny",
      "  pbq eval-ppl my-model --dataset my.txt --act-format bfp-w6a6",
      "  pbq eval-ppl my-model --dataset my.txt --seqlen 512 --json result.json",
      "  pbq eval-ppl my-model --dataset wikitext2 --protocol hf-stride --seqlen 1024 --stride 512"
    })
final class EvalPplCommand implements Runnable {
  @Mixin private ModelArgument model;
  @Mixin private DataOptions data;
  @Mixin private ResidentOption resident;
  @Mixin private ProtocolOptions protocols;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private ReportOption report;
  @Mixin private ActFormatOptions actFormats;
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

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private Path json;

  @Option(names = "--token-losses", paramLabel = "FILE", description = "Also write all losses.")
  private Path tokenLosses;

  @Override
  public void run() {
    common.applyLogging();
    ResultFile.prepare(json);
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    Recorded losses = new Recorded(Optional.ofNullable(tokenLosses), new EvaluationStatus(status));
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    Optional<ActFormat> format = actFormats.of(folder);
    if (datasets.isEmpty()) {
      datasets.add(BuiltIn.defaultText(resolved, "wikitext2"));
    }
    report.prepare();
    List<PerplexityMeasurement> measurements =
        datasets.stream().map(set -> protocols.measurement(set, data)).toList();
    List<PerplexityResult> results =
        new PerplexityEvaluation(tokenizers.choice(), resident.running(common), losses)
            .run(resolved.displayName(), folder, measurements, format);
    print(results, spec.commandLine().getOut());
    losses.write();
    if (json != null) {
      ResultFile.write(json, results);
    }
    report.write(
        () ->
            new ResultPages(new RunFacts(CommandWords.of(spec), common.threads()))
                .perplexity(resolved.displayName(), folder, results),
        spec.commandLine().getOut());
  }

  /** Two lines for each result. */
  static void print(List<PerplexityResult> results, PrintWriter out) {
    for (PerplexityResult r : results) {
      out.println(
          String.format(
              Locale.ROOT,
              "%s  perplexity%s %.4f +- %.4f  (%s, %d windows of %d tokens%s, BOS: %s, text: %s%s)",
              r.dataset(),
              r.score().perWord() == null ? "" : " per word",
              r.perplexity(),
              r.stderr(),
              r.protocol(),
              r.windows(),
              r.seqlen(),
              r.scored().stride() == null ? "" : ", stride " + r.scored().stride(),
              r.text().bos(),
              r.text().joined(),
              r.actFormat() == null ? "" : ", activations: " + r.actFormat()));
      out.println(
          String.format(
              Locale.ROOT,
              "  text sha256 %.16s, tokenizer %.16s, %d tokens scored%s",
              r.text().sha256(),
              r.text().tokenizer(),
              r.scored().scoredTokens(),
              r.score().perWord() == null
                  ? ""
                  : String.format(
                      Locale.ROOT,
                      "; %d documents, %d words, byte perplexity %.4f, bits per byte %.4f",
                      r.score().perWord().documents(),
                      r.score().perWord().words(),
                      r.score().perWord().bytePerplexity(),
                      r.score().perWord().bitsPerByte())));
    }
  }
}
