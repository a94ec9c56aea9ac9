package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.Locale;

/** A file of JSON objects, one per line, plain or compressed by gzip. */
record LabeledJsonReader() implements LabeledReader {
  @Override
  public void read(Path file, Visitor each) {
    JsonLinesReader.objects(file, (row, number) -> each.visit(row(row, file + " line " + number)));
  }

  private static LabeledText row(JsonNode row, String place) {
    String text = null;
    for (String field : TEXTS) {
      JsonNode value = row.path(field);
      if (text == null && !value.isMissingNode()) {
        if (!value.isTextual()) {
          throw wrong(place, field, value, "a string");
        }
        text = value.textValue();
      }
    }
    if (text == null) {
      throw PbqException.badData("%s: no field %s".formatted(place, LabeledReader.textNames()));
    }
    JsonNode label = row.path(LABEL);
    if (label.isMissingNode()) {
      throw PbqException.badData("%s: no field \"%s\"".formatted(place, LABEL));
    }
    if (!label.isTextual() && !label.isIntegralNumber()) {
      throw wrong(place, LABEL, label, "an integer or a string");
    }
    return new LabeledText(text, label.asText(), place);
  }

  private static PbqException wrong(String place, String field, JsonNode value, String wanted) {
    return PbqException.badData(
        "%s: field \"%s\" is %s, not %s"
            .formatted(place, field, value.getNodeType().name().toLowerCase(Locale.ROOT), wanted));
  }
}
