package dev.pbq.eval.protocol;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.EvaluationDocuments;
import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.PerplexityScore;
import dev.pbq.eval.ScoredWindows;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.TokenizedText;
import dev.pbq.eval.WordPerplexity;
import dev.pbq.eval.scoring.MeasuredModel;
import dev.pbq.eval.scoring.Span;
import dev.pbq.eval.scoring.SpanScorer;
import dev.pbq.eval.scoring.SpanScores;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Word perplexity as lm-evaluation-harness measures it (task {@code wikitext}, {@code
 * loglikelihood_rolling}): every document tokenized by itself and preceded by a prefix token (BOS,
 * or EOS where there is no BOS), cut into windows of {@code seqlen} tokens of which all are scored,
 * the last one filled up with tokens before it as context; perplexity = exp(negative log-likelihood
 * of all documents / words of all documents), words being what white space separates in the
 * documents as they are, before {@link WikitextDetokenizer} works on those of WikiText.
 *
 * <p>As there, a tokenizer that adds BOS adds it behind the prefix token, and it is scored.
 *
 * @param documents WikiText by pages; of other data the documents, which are not changed
 * @param seqlen the longest sequence; by default the model's
 * @param limit at most so many documents
 */
public record WordProtocol(EvaluationDocuments documents, OptionalInt seqlen, OptionalInt limit)
    implements PerplexityMeasurement {
  /** The protocol's name in results. */
  public static final String NAME = "lm-eval";

  private static final Pattern SPACE = WikitextDetokenizer.python("\\s+");

  @Override
  public String textName() {
    return documents.name();
  }

  @Override
  public PerplexityResult run(MeasuredModel model, NDManager manager, ScoringProgress progress) {
    int length = Windows.checked(seqlen.orElse(model.model().maxPositions()), 1, model.model());
    long start = System.nanoTime();
    int prefix = prefix(model);
    int count = Windows.limited(documents.texts().size(), limit);
    List<Span> spans = new ArrayList<>();
    int[] firstSpan = new int[count + 1];
    long[] words = new long[count];
    long bytes = 0;
    long textTokens = 0;
    int[] shown = null;
    for (int d = 0; d < count; d++) {
      String document = documents.texts().get(d);
      words[d] = words(document);
      bytes += document.getBytes(StandardCharsets.UTF_8).length;
      String text = documents.wikitext() ? WikitextDetokenizer.detokenize(document) : document;
      int[] ids = prefixed(prefix, model.tokenizer().encode(text));
      Span.requireVocabulary(documents.name(), ids, model.model().vocabularySize());
      shown = shown == null ? ids : shown;
      textTokens += ids.length - 1;
      addWindows(ids, length, spans);
      firstSpan[d + 1] = spans.size();
    }
    if (spans.isEmpty()) {
      throw PbqException.badData(documents.name() + ": there is no token in it");
    }
    SpanScores scores = new SpanScorer(model.pass()).score(spans, manager, progress);
    double[] nll = new double[count];
    for (int d = 0; d < count; d++) {
      for (int s = firstSpan[d]; s < firstSpan[d + 1]; s++) {
        nll[d] += scores.total(s);
      }
    }
    MeanAndError perWord = MeanAndError.ofRatio(nll, words);
    double total = Arrays.stream(nll).sum();
    return PerplexityResult.of(
        model.name(),
        documents.name(),
        new ScoredWindows(
            NAME,
            length,
            null,
            spans.size(),
            spans.stream().mapToLong(span -> span.end() - 1 - span.begin()).sum(),
            textTokens),
        PerplexityScore.of(
            perWord,
            WordPerplexity.of(total, count, Arrays.stream(words).sum(), bytes, textTokens)),
        new TokenizedText(
            "token "
                + prefix
                + " before every document"
                + (model.addsBos() ? ", and the tokenizer's own BOS, which is scored" : ""),
            documents.split(),
            documents.sha256(),
            textTokens,
            Windows.shown(shown),
            model.tokenizer().fingerprint()),
        Windows.seconds(start));
  }

  private static int prefix(MeasuredModel model) {
    OptionalInt bos = model.tokenizer().bosTokenId();
    OptionalInt prefix = bos.isPresent() ? bos : model.tokenizer().eosTokenId();
    return prefix.orElseThrow(
        () ->
            PbqException.badData(
                "the tokenizer has neither a BOS nor an EOS token; protocol "
                    + NAME
                    + " needs one to begin documents with"));
  }

  private static int[] prefixed(int prefix, int[] ids) {
    int[] all = new int[ids.length + 1];
    all[0] = prefix;
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }

  /** Windows over ids, of which the first is the prefix. */
  private static void addWindows(int[] ids, int length, List<Span> spans) {
    for (int from = 1; from < ids.length; ) {
      int end = Math.min(from + length, ids.length);
      spans.add(new Span(ids, Math.max(0, end - 1 - length), from, end));
      from = end;
    }
  }

  /** As many as Python's {@code re.split(r"\s+", document)} has parts: spaces at the ends count. */
  static long words(String document) {
    Matcher matcher = SPACE.matcher(document);
    long words = 1;
    while (matcher.find()) {
      words++;
    }
    return words;
  }
}
