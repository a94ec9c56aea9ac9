package dev.pbq.workflow.chat;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chat templates put together from pieces at random: what {@link HostileInputs} promises. */
class TemplatesFuzzTest {
  private static final List<String> PIECES =
      List.of(
          "{% for m in messages %}",
          "{% endfor %}",
          "{% if m.role == 'user' %}",
          "{% elif loop.first %}",
          "{% else %}",
          "{% endif %}",
          "{% set ns = namespace(x=1) %}",
          "{% set ns.x = ns.x + ns.x %}",
          "{% macro f(a, b=2) %}",
          "{% endmacro %}",
          "{{ f(1) }}",
          "{{ m.content | trim | upper }}",
          "{{ messages[0]['content'][1:-1] }}",
          "{{ messages | tojson(indent=4) }}",
          "{{ bos_token ~ eos_token }}",
          "{{ raise_exception('x') }}",
          "{{ strftime_now('%d %b %Y') }}",
          "{% for i in range(1000000) %}",
          "{{ 'ab' * 1000 }}",
          "{{ ((((((((((1)))))))))) }}",
          "{{ x.y.z }}",
          "{{ 1 / 0 }}",
          "{{ 2 ** 1000 }}",
          "{{ [1, 2, 3] | map('string') | join(',') }}",
          "{{- ' ' -}}",
          "{#- c -#}",
          "{% generation %}",
          "text\n   ",
          "{{",
          "%}",
          "{{ messages | selectattr('role', 'equalto', 'user') | list | length }}");

  @TempDir private Path scratch;

  private static byte[] template(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(12); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    if (random.nextInt(3) == 0) {
      text.deleteCharAt(random.nextInt(text.length()));
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void template() throws Exception {
    Fuzz.run(
        "chat-template",
        scratch,
        random -> new TreeMap<>(Map.of("chat_template.jinja", template(random))),
        folder -> {
          Optional<ChatTemplate> template = ChatTemplate.of(folder);
          if (template.isPresent()) {
            template.get().render(List.of(new ChatTemplate.Message("user", "Hi")));
          }
        });
  }
}
