package dev.pbq.workflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.data.BosRule;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.formats.config.Presets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What is written reads back equal. */
class RecipeFileTest {
  private static final Path NOWHERE = Path.of("no-such-folder", "r.toml");

  @Property(tries = 300)
  void everyTextAndNumberTravels(
      @ForAll String text,
      @ForAll int number,
      @ForAll double real,
      @ForAll boolean flag,
      @ForAll @Size(max = 3) List<String> texts,
      @ForAll @IntRange(min = 1) int tokens,
      @ForAll long seed) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.put("lowFrac", real).put("bits", number).put("scaleDtype", wellFormed(text));
    settings.put("cgb", flag);
    List<String> names = texts.stream().map(t -> "t" + wellFormed(t)).toList();
    Recipe recipe =
        Recipe.of("rtn")
            .withMethod("m" + wellFormed(text), settings)
            .withActFormat(flag ? Optional.of(Presets.of("bfp-w6a6")) : Optional.empty())
            .withLayers(
                new LayerChoice(0, tokens, wellFormed(text), flag, List.of("a\\.b", "\"q\"")),
                List.of(new LayerOverride("x\\d+", Optional.of("hqq"), settings)))
            .withTrueSequential(flag)
            .withTargets(tokens % 2 == 0 ? Targets.QUANTIZED : Targets.ORIGINAL)
            .withData(
                new TokenChoice(flag ? BosRule.NO : BosRule.AUTO, flag),
                new CalibrationChoice(Optional.of("c4"), tokens, OptionalInt.of(tokens), seed),
                new EvaluationChoice(names, OptionalInt.of(tokens)))
            .withTextField(flag ? Optional.of("f" + wellFormed(text)) : Optional.empty())
            .withMaxShardSize(Optional.of("1GB"));
    String toml = RecipeFile.text(recipe);
    assertThat(RecipeFile.parse(toml, NOWHERE)).as(toml).isEqualTo(recipe);
  }

  /** Half a surrogate pair is no text that a file could hold; NUL is no part of a file's name. */
  private static String wellFormed(String text) {
    StringBuilder kept = new StringBuilder();
    text.codePoints()
        .filter(c -> (c < 0xD800 || c > 0xDFFF) && c != 0)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }
}
