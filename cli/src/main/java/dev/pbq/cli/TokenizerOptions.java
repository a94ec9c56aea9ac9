package dev.pbq.cli;

import dev.pbq.cli.recipe.TokenChoice;
import dev.pbq.core.data.BosRule;
import dev.pbq.core.data.SpecialTokenText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.data.Tokenizers;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How text becomes tokens, where programs differ. */
final class TokenizerOptions {
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
  static TokenizerOptions of(TokenChoice choice) {
    TokenizerOptions options = new TokenizerOptions();
    options.addBos = choice.addBos();
    options.parseSpecialTokens = choice.parseSpecialTokens();
    return options;
  }

  /** What was given, and where nothing was, another choice. */
  TokenChoice over(TokenChoice base) {
    return new TokenChoice(
        addBos != null ? addBos : base.addBos(),
        parseSpecialTokens != null ? parseSpecialTokens : base.parseSpecialTokens());
  }

  /** For text that has all its special tokens written out, as chat templates write them. */
  static TokenizerOptions forTemplates() {
    TokenizerOptions options = new TokenizerOptions();
    options.addBos = BosRule.NO;
    options.parseSpecialTokens = true;
    return options;
  }

  /** Opens a model folder's tokenizer; the caller closes it. */
  Tokenizer open(Path folder) {
    TokenChoice choice = over(TokenChoice.DEFAULT);
    return Tokenizers.open(
        folder,
        choice.addBos(),
        choice.parseSpecialTokens() ? SpecialTokenText.AS_TOKENS : SpecialTokenText.AS_TEXT);
  }
}
