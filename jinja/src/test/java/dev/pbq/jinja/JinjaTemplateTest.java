package dev.pbq.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Templates against what transformers renders, refusals, and limits. */
class JinjaTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 5, 14, 7, 9);

  @Test
  void everyKindOfFeatureIsRenderedAsTheReferenceDoes() throws IOException {
    JsonNode golden;
    try (InputStream in = JinjaTemplateTest.class.getResourceAsStream("/jinja/templates.json")) {
      golden = JSON.readTree(in);
    }
    SoftAssertions softly = new SoftAssertions();
    int count = 0;
    for (JsonNode each : golden.path("templates")) {
      Map<String, Object> variables = new HashMap<>();
      String conversation = each.path("messages").asText("plain");
      variables.put("messages", java(golden.path("conversations").path(conversation)));
      variables.put("add_generation_prompt", true);
      variables.put("bos_token", "<s>");
      variables.put("eos_token", "</s>");
      variables.put("unk_token", "<unk>");
      for (String name : List.of("tools", "documents")) {
        if (each.path(name).asBoolean()) {
          variables.put(name, java(golden.path(name)));
        }
      }
      softly
          .assertThat(rendered(each.path("template").textValue(), variables, NOW))
          .as(each.path("name").textValue())
          .isEqualTo(each.path("expected").textValue());
      count++;
    }
    assertThat(count).isGreaterThan(300);
    softly.assertAll();
  }

  @Test
  void theSharedCasesAreRenderedByteForByte() throws IOException {
    JsonNode cases =
        JSON.readTree(Files.readAllBytes(SharedFolder.of("cases/chat-templates.json")));
    SoftAssertions softly = new SoftAssertions();
    for (JsonNode each : cases) {
      Map<String, Object> variables = new HashMap<>();
      for (String name :
          List.of("messages", "bos_token", "eos_token", "unk_token", "add_generation_prompt")) {
        variables.put(name, java(each.path(name)));
      }
      variables.put("tools", null);
      softly
          .assertThat(
              rendered(
                  each.path("template").textValue(),
                  variables,
                  LocalDateTime.of(2026, 11, 29, 12, 0)))
          .as(each.path("name").textValue())
          .isEqualTo(each.path("expected").textValue());
    }
    assertThat(cases).hasSize(36);
    softly.assertAll();
  }

  private static Object java(JsonNode value) {
    return JSON.convertValue(value, Object.class);
  }

  private static String rendered(
      String template, Map<String, Object> variables, LocalDateTime now) {
    try {
      return JinjaTemplate.parse(template, JinjaLimits.DEFAULT).render(variables, () -> now);
    } catch (JinjaException e) {
      return "line " + e.line() + ": " + e.getMessage();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "BROKEN # {{ 1 + }} # an expression belongs",
        "BROKEN # {% if x %} # endif",
        "BROKEN # {% endfor %} # there is no statement 'endfor'",
        "BROKEN # {{ {}.y.z }} # 'y' is not defined",
        "BROKEN # {{ x.y }} # 'x' is not defined",
        "BROKEN # {{ x + 1 }} # 'x', which is not defined",
        "BROKEN # {{ 'a' + 1 }} # '+' of a string and a number",
        "BROKEN # {{ 1 // 0 }} # division by zero",
        "BROKEN # {{ [1].append(2) }} # 'append' would change",
        "BROKEN # {{ 'a' | nothing }} # there is no filter 'nothing'",
        "BROKEN # {{ 1 is nothing }} # there is no test 'nothing'",
        "BROKEN # {{ 'a # a string has no end",
        "BROKEN # {{ 1 # the tag has no }}",
        "BROKEN # {{ {} | tojson(nothing=1) }} # takes no argument 'nothing'",
        "BROKEN # {{ x | tojson }} # cannot be written as JSON",
        "BROKEN # {{ 1 < 'a' }} # have no order",
        "BROKEN # {% break %} # 'break' outside of a loop",
        "BROKEN # {{ [1] | map('upper') | length }} # has no length",
        "UNSUPPORTED # {% include 'x' %} # the statement 'include'",
        "UNSUPPORTED # {% for x in y recursive %}{% endfor %} # a recursive loop",
        "UNSUPPORTED # {{ 'a' | urlize }} # the filter 'urlize'",
        "UNSUPPORTED # {{ ('a' | safe) + 'b' }} # the filter 'safe'",
        "UNSUPPORTED # {{ '%s' % 1 }} # formatting a string by '%'",
        "UNSUPPORTED # {{ '{}'.format(1) }} # the string method 'format'",
        "UNSUPPORTED # {{ [1] | map('upper') }} # printing what a filter gives",
        "UNSUPPORTED # {{ 9223372036854775807 + 1 }} # beyond 64 bits",
        "UNSUPPORTED # {{ strftime_now('%Q') }} # the time format '%Q'",
        "UNSUPPORTED # {{ f(*a) }} # unpacked arguments",
        "RAISED # {{ raise_exception('no tools here') }} # no tools here",
      })
  void whatCannotBeRenderedIsRefusedByNameAndLine(
      JinjaException.Kind kind, String template, String message) {
    assertThatThrownBy(
            () ->
                JinjaTemplate.parse("\n\n" + template, JinjaLimits.DEFAULT)
                    .render(Map.of(), () -> NOW))
        .isInstanceOfSatisfying(
            JinjaException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e.line()).isEqualTo(3);
            })
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %} # steps",
        "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %} # characters",
        "{{ range(100000000) }} # a range",
        "{{ 'x' * 100000000000 }} # a text of more",
        "{{ [1] * 100000000000 }} # a list of more",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }} # deep",
        "{% set ns = namespace(a='x') %}{% for i in range(99) %}{% set ns.a = ns.a + ns.a %}"
            + "{% endfor %} # a text of more",
        "{{ 'a'.center(99999999999) }} # a text of more",
        "{{ 'a' | indent(99999999999) }} # a list of more",
      })
  @Timeout(20)
  void templatesThatTakeTooMuchAreStopped(String template, String message) {
    JinjaTemplate parsed = JinjaTemplate.parse(template, JinjaLimits.DEFAULT);
    assertThatThrownBy(() -> parsed.render(Map.of(), () -> NOW))
        .isInstanceOfSatisfying(
            JinjaException.class, e -> assertThat(e.kind()).isEqualTo(JinjaException.Kind.LIMIT))
        .hasMessageContaining(message);
  }

  @Test
  @Timeout(20)
  void longTemplatesAreReadInLinearTime() {
    for (String part : List.of(" ", "\n", "{ ", "{# #}", "{{ 1 }}", "{%- if x -%}{%- endif -%} ")) {
      String template = part.repeat(60_000);
      String text = JinjaTemplate.parse(template, JinjaLimits.DEFAULT).render(Map.of(), () -> NOW);
      assertThat(text.length()).isLessThanOrEqualTo(template.length());
    }
    String inside = "{{ 1" + " ".repeat(60_000) + "}}" + "{% raw %}" + "{% ".repeat(20_000);
    assertThatThrownBy(() -> JinjaTemplate.parse(inside, JinjaLimits.DEFAULT))
        .hasMessageContaining("raw block has no end");
  }

  @Test
  void aCommentWithoutEndIsRefused() {
    assertThatThrownBy(() -> JinjaTemplate.parse("a {# b", JinjaLimits.DEFAULT))
        .hasMessageContaining("the comment has no end");
  }

  @Test
  void deepNestingIsRefused() {
    for (String template :
        List.of(
            "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
            "{{ " + "[".repeat(5000) + "]".repeat(5000) + " }}",
            "{{ " + "not ".repeat(5000) + "1 }}",
            "{{ " + "-".repeat(5000) + "1 }}",
            "{% if x %}".repeat(5000))) {
      assertThatThrownBy(() -> JinjaTemplate.parse(template, JinjaLimits.DEFAULT))
          .isInstanceOfSatisfying(
              JinjaException.class, e -> assertThat(e.kind()).isEqualTo(JinjaException.Kind.LIMIT));
    }
  }
}
