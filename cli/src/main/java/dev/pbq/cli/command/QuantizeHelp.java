package dev.pbq.cli.command;

import dev.pbq.cli.console.MethodTexts;
import dev.pbq.cli.option.MethodOptions;
import dev.pbq.cli.option.SettingOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.MethodCatalog;
import dev.pbq.core.quant.SettingDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;

/**
 * The help of {@code pbq quantize} and {@code pbq train}: the general options and a line for each
 * method; after {@code --method M} the settings of that method and nothing else. Options that are
 * of use beside another one alone are shown when that one is given beside {@code --help}.
 */
final class QuantizeHelp {
  /** Options by the one that they go with. */
  private static final Map<String, List<String>> DETAILS =
      Map.of(
          "--allocate",
          List.of("--budget", "--widths", "--sensitivity", "--probe-bits", "--probe-windows"),
          "--embedding-bits",
          List.of("--embedding-method"),
          "--head-bits",
          List.of("--head-method"),
          "--blockwise",
          List.of("--blockwise-epochs", "--blockwise-lr"));

  private final MethodOptions options;

  private QuantizeHelp(MethodOptions options) {
    this.options = options;
  }

  /** Makes a command show its help in this way. */
  static void install(CommandSpec command, MethodOptions options) {
    QuantizeHelp help = new QuantizeHelp(options);
    var sections = command.usageMessage().sectionMap();
    var plainHeading = sections.get(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING);
    var plainFooter = sections.get(UsageMessageSpec.SECTION_KEY_FOOTER);
    sections.put(UsageMessageSpec.SECTION_KEY_DESCRIPTION, help::description);
    sections.put(
        UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING,
        h ->
            help.method(h)
                .map(m -> h.createHeading("%nSettings of " + m + ":%n"))
                .orElseGet(() -> plainHeading.render(h)));
    sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help::optionList);
    sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, h -> help.footer(h, plainFooter));
  }

  private String description(Help help) {
    Optional<String> method = method(help);
    MethodCatalog methods = options.methods();
    return method.isPresent()
        ? help.createHeading(
            method.get()
                + ": "
                + escape(methods.method(method.get()).orElseThrow().summary())
                + "%n")
        : help.description()
            + help.createHeading("%nMethods; --method M --help shows the settings of one:%n")
            + MethodTexts.list(methods).indent(2).replace("\n", System.lineSeparator());
  }

  private String optionList(Help help) {
    Optional<String> method = method(help);
    List<OptionSpec> shown =
        method.isPresent()
            ? options.methods().settings(method.get()).stream()
                .filter(setting -> setting.isUsedBy(method.get()))
                .map((SettingDescription setting) -> SettingOptions.of(setting))
                .toList()
            : help.commandSpec().options().stream()
                .filter(option -> !option.hidden() && !options.contains(option))
                .filter(option -> isShown(help, option))
                .toList();
    // Options know how their negated names look through the command that they belong to.
    method.ifPresent(m -> shown.forEach(CommandSpec.create()::addOption));
    Help.Layout layout = help.createDefaultLayout(shown, List.of(), help.colorScheme());
    layout.addAllOptions(shown, help.createDefaultParamLabelRenderer());
    return layout.toString();
  }

  private static boolean isShown(Help help, OptionSpec option) {
    return DETAILS.entrySet().stream()
        .filter(e -> e.getValue().contains(option.longestName()))
        .allMatch(e -> help.commandSpec().findOption(e.getKey()).getValue() != null);
  }

  private String footer(Help help, IHelpSectionRenderer plain) {
    return method(help).isPresent()
        ? help.createHeading(
            "%n'"
                + help.commandSpec().qualifiedName()
                + " --help' shows the options that all methods have.%n")
        : plain.render(help);
  }

  /**
   * The method that was given beside {@code --help}.
   *
   * @throws ParameterException if there is no such method
   */
  private Optional<String> method(Help help) {
    Object given = help.commandSpec().findOption("--method").getValue();
    if (given == null) {
      return Optional.empty();
    }
    try {
      options.methods().require(given.toString());
    } catch (PbqException e) {
      throw new ParameterException(help.commandSpec().commandLine(), e.getMessage(), e);
    }
    return Optional.of(given.toString());
  }

  private static String escape(String text) {
    return text.replace("%", "%%");
  }
}
