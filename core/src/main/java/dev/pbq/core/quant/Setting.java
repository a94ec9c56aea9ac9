package dev.pbq.core.quant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes a component of a method's settings record, once for all: options of the command line,
 * keys of recipes, {@code pbq methods}, shell completion and {@code docs/settings.md} are made from
 * it. The name is the component's; {@link SettingDescription} is what readers get.
 *
 * <p>Texts name other settings as {@code {groupsize}}, or {@code {optimize=false}} for one that is
 * switched off (see {@link dev.pbq.core.Wording}).
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /** What it does, without a period at the end. */
  String help();

  /**
   * What a record holds where null was given: a value ({@code 128}, {@code f16}, {@code false}) or,
   * where it depends on other settings, how; {@code none} if null stays. Empty if the setting must
   * be given.
   */
  String byDefault() default "";

  /** The numbers that are accepted, as {@link SettingRange#parse} reads them; empty for all. */
  String range() default "";

  /** The words that are accepted, or the numbers if there are few; an enum's need not be given. */
  String[] words() default {};

  /** The letter that the method's paper has for it. */
  String symbol() default "";

  /** Other spellings of the option, in kebab case. */
  String[] aliases() default {};

  /** What stands for the value in help texts; made from type and words if empty. */
  String label() default "";

  /** For switches: whether there is an option to switch it off. */
  boolean negatable() default false;

  /** The methods of the record that use it; empty for all. */
  String[] methods() default {};
}
