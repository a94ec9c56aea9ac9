package dev.pbq.workflow.recipe;

import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.quant.Setting;
import dev.pbq.core.quant.SettingsReader;

/**
 * The choice of what becomes of the token embedding and the head, which stay as they are where no
 * bits are given. Tied weights are one table: what is said of either is said of both.
 *
 * @param embeddingBits of the token embedding; null: it is not quantized
 * @param headBits of the head; null: it is not quantized
 * @param embeddingMethod method and its settings, {@code METHOD,KEY:VALUE,...}; null for {@link
 *     #METHOD}. The embedding is quantized by its weights alone
 * @param headMethod the same of the head, which may be calibrated
 */
public record VocabularyChoice(
    @JsonProperty("embeddingBits")
        @Setting(
            help = "Also quantize the token embedding, in so many bits",
            byDefault = "it stays",
            range = ">0..16")
        Double embeddingBits,
    @JsonProperty("headBits")
        @Setting(
            help = "Also quantize the head, in so many bits",
            byDefault = "it stays; if tied, one with the embedding",
            range = ">0..16")
        Double headBits,
    @JsonProperty("embeddingMethod")
        @Setting(
            help = "Data-free method for {embeddingBits}, with settings: rtn,groupsize:32",
            byDefault = METHOD,
            label = "M[,KEY:VALUE...]")
        String embeddingMethod,
    @JsonProperty("headMethod")
        @Setting(
            help = "Method for {headBits}, with settings; may be calibrated",
            byDefault = METHOD,
            label = "M[,KEY:VALUE...]")
        String headMethod) {
  /** Both stay as they are. */
  public static final VocabularyChoice NONE = new VocabularyChoice(null, null, null, null);

  /** The method where none is given. */
  public static final String METHOD = "hqq";

  private static final double MOST_BITS = 16;

  public VocabularyChoice {
    requireBits("embeddingBits", embeddingBits);
    requireBits("headBits", headBits);
  }

  private static void requireBits(String setting, Double bits) {
    boolean fits = bits == null || (bits > 0 && bits <= MOST_BITS);
    require(fits, setting, bits, "not above 0 and at most 16");
  }

  /** Whether bits are given for a table. */
  public boolean gives(VocabularyTable.Use use) {
    return (use.isEmbedding() && embeddingBits != null) || (use.isHead() && headBits != null);
  }

  /** Whether anything was said. */
  public boolean saysNothing() {
    return equals(NONE);
  }

  /**
   * This choice with some of it replaced.
   *
   * @param given by camel-case name
   * @throws dev.pbq.core.PbqException USAGE for a bad value
   */
  public VocabularyChoice with(ObjectNode given) {
    ObjectNode all = SettingsReader.write(this);
    all.setAll(given);
    return SettingsReader.read("for embedding and head", VocabularyChoice.class, all);
  }
}
