package dev.pbq.cli.option;

import dev.pbq.core.data.BosRule;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How text becomes tokens, where programs differ. */
public final class TokenizerOptions {
  @Option(
      names = "--add-bos",
      paramLabel = "auto|yes|no",
      description =
          "Begin the text with the BOS token (default: auto, as the model's own"
              + " tokenizer does).")
  private BosRule addBos;

  @Option(
      names = "--parse-special-tokens",
      description =
          "Read special tokens written out in a text, such as the <unk> of Penn Treebank, as"
              + " tokens, as Hugging Face tokenizers do; by default they are plain text.")
  private Boolean parseSpecialTokens;

  /** Options that give a choice. */
  public static TokenizerOptions of(TokenChoice choice) {
    TokenizerOptions options = new TokenizerOptions();
    options.addBos = choice.addBos();
    options.parseSpecialTokens = choice.parseSpecialTokens();
    return options;
  }

  /** What was given, and where nothing was, another choice. */
  public TokenChoice over(TokenChoice base) {
    return new TokenChoice(
        addBos != null ? addBos : base.addBos(),
        parseSpecialTokens != null ? parseSpecialTokens : base.parseSpecialTokens());
  }

  /** What was given, and where nothing was, {@link TokenChoice#DEFAULT}. */
  public TokenChoice choice() {
    return over(TokenChoice.DEFAULT);
  }

  /** Opens a model folder's tokenizer; the caller closes it. */
  public Tokenizer open(Path folder) {
    return choice().open(folder);
  }
}
