package dev.pbq.core.quant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.util.List;
import java.util.Optional;

/** Settings records made from settings by name; what does not fit is told in a user's words. */
public final class SettingsReader {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private SettingsReader() {}

  /**
   * Makes a method's settings.
   *
   * @param type of the record, whose constructor checks
   * @param given by camel-case name; what is missing takes the method's default
   * @throws PbqException USAGE for a setting that the method does not have, or a bad value
   */
  public static <S extends Record> S read(String method, Class<S> type, ObjectNode given) {
    requireKnown(method, SettingDescription.of(type), given);
    try {
      return JSON.treeToValue(given, type);
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof PbqException refused) {
        throw refused;
      }
      throw badValue(method, SettingDescription.of(type), given, e);
    } catch (JsonProcessingException e) {
      throw PbqException.usage("method " + method + ": " + e.getOriginalMessage());
    }
  }

  /** The complete settings by camel-case name, as they are stored. */
  public static ObjectNode write(Record settings) {
    return JSON.valueToTree(settings);
  }

  /** A failure in our words: those of the JSON library name Java's classes. */
  private static PbqException badValue(
      String method, List<SettingDescription> known, ObjectNode given, JsonMappingException cause) {
    String field = cause.getPath().isEmpty() ? "" : cause.getPath().get(0).getFieldName();
    Optional<SettingDescription> setting =
        known.stream().filter(s -> s.name().equals(field)).findFirst();
    if (setting.isEmpty()) {
      return PbqException.setting("method %s: bad value: %s", method, cause.getOriginalMessage());
    }
    return PbqException.setting(
        "method %s: bad value for %s: %s is %s",
        method,
        Wording.name(field),
        given.path(field).asText(given.path(field).toString()),
        setting.get().wrong());
  }

  private static void requireKnown(
      String method, List<SettingDescription> known, ObjectNode given) {
    List<String> names = known.stream().map(SettingDescription::name).toList();
    given
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!names.contains(name)) {
                throw PbqException.setting(
                    "method %s has no option %s; it has %s",
                    method,
                    Wording.name(name),
                    Wording.join(", ", names.stream().map(Wording::name).toList()));
              }
            });
  }
}
