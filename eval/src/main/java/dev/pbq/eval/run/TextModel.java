package dev.pbq.eval.run;

import dev.pbq.core.Contradiction;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.generate.Generator;
import dev.pbq.core.generate.StopReason;
import dev.pbq.core.generate.TextStream;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.core.model.ProductFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model folder, dense or packed, opened to generate text. Keys and values of the last sequence
 * are kept, so that a conversation is not computed again. Owns everything it opens. For one thread
 * at a time.
 */
public final class TextModel implements AutoCloseable {
  /**
   * How a generation ended.
   *
   * @param reason why no more tokens were added
   * @param tokens how many were added
   * @param seconds from the prompt on
   */
  public record Outcome(StopReason reason, int tokens, double seconds) {}

  private static final Logger LOG = LoggerFactory.getLogger(TextModel.class);

  private final OpenModel open;
  private final OpenDecoder decoder;
  private final Generator generator;
  private final Set<Integer> endTokens;

  private TextModel(
      OpenModel open, OpenDecoder decoder, Generator generator, Set<Integer> endTokens) {
    this.open = open;
    this.decoder = decoder;
    this.generator = generator;
    this.endTokens = endTokens;
  }

  /**
   * Opens a folder and loads the model; the caller closes what is returned.
   *
   * @param format number formats that the blocks' products are computed in; empty for float32
   * @param running what may be used of the machine; of a model that takes more memory than its
   *     resident bytes each block is read again for every token
   * @param capacity longest sequence in tokens, prompt included; no more than the model has
   *     positions for are used
   * @throws PbqException as {@link OpenModel#open} does, and for weights that cannot be loaded
   */
  public static TextModel open(
      ModelFolder folder,
      Optional<? extends ProductFormat> format,
      TokenChoice tokens,
      Running running,
      int capacity) {
    OpenModel open = OpenModel.open(folder, format, tokens, running);
    try {
      OpenDecoder decoder = OpenDecoder.of(open);
      int room = Math.min(capacity, open.model().maxPositions());
      return new TextModel(
          open,
          decoder,
          Generator.open(open.model(), room, decoder::load),
          endTokens(folder, folder.endTokens(), open.tokenizer().eosTokenId()));
    } catch (RuntimeException | Error e) {
      open.close();
      throw e;
    }
  }

  /** The folder's end tokens; where it names none, the tokenizer's. */
  private static Set<Integer> endTokens(ModelFolder folder, Set<Integer> named, OptionalInt eos) {
    if (named.isEmpty()) {
      return eos.isPresent() ? Set.of(eos.getAsInt()) : Set.of();
    }
    if (eos.isPresent() && !named.contains(eos.getAsInt())) {
      Contradiction end =
          new Contradiction(
              "the end token",
              named.toString(),
              "the model's configuration (eos_token_id)",
              Integer.toString(eos.getAsInt()),
              "the tokenizer");
      LOG.warn("{}: {}", folder.shown(), end.sentence());
    }
    return named;
  }

  /** The tokenizer; owned and closed by this object. */
  public Tokenizer tokenizer() {
    return open.tokenizer();
  }

  /** The longest sequence that the model has positions for, in tokens. */
  public int positions() {
    return open.model().maxPositions();
  }

  /**
   * Continues a text.
   *
   * @param prompt tokens, at least one
   * @param maxNewTokens at most so many are added
   * @param sampler chooses each token
   * @param text is given each new piece of text as it is generated
   * @throws PbqException USAGE if the prompt is empty or longer than the capacity
   */
  public Outcome generate(
      int[] prompt, int maxNewTokens, TokenSampler sampler, Consumer<String> text) {
    return decoder.run(() -> continued(prompt, maxNewTokens, sampler, text));
  }

  private Outcome continued(
      int[] prompt, int maxNewTokens, TokenSampler sampler, Consumer<String> text) {
    long start = System.nanoTime();
    TextStream stream = new TextStream(tokenizer(), prompt);
    int[] count = {0};
    StopReason reason =
        generator.generate(
            prompt,
            maxNewTokens,
            endTokens,
            sampler,
            id -> {
              count[0]++;
              text.accept(stream.add(id));
            });
    text.accept(stream.end());
    return new Outcome(reason, count[0], (System.nanoTime() - start) * 1e-9);
  }

  @Override
  public void close() {
    try (open) {
      generator.close();
    }
  }
}
