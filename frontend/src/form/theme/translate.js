/** RJSF's own few words, in Chinese. */
import { TranslatableString } from '@rjsf/utils';

const WORDS = {
  [TranslatableString.ArrayItemTitle]: '项',
  [TranslatableString.MissingItems]: '缺少列表项的定义',
  [TranslatableString.EmptyArray]: '还没有内容，请用下面的按钮添加。',
  [TranslatableString.YesLabel]: '是',
  [TranslatableString.NoLabel]: '否',
  [TranslatableString.CloseLabel]: '关闭',
  [TranslatableString.ErrorsLabel]: '需要修改',
  [TranslatableString.AddButton]: '添加',
  [TranslatableString.AddItemButton]: '添加一项',
  [TranslatableString.CopyButton]: '复制',
  [TranslatableString.MoveDownButton]: '下移',
  [TranslatableString.MoveUpButton]: '上移',
  [TranslatableString.RemoveButton]: '删除',
  [TranslatableString.NowLabel]: '现在',
  [TranslatableString.ClearLabel]: '清除',
  [TranslatableString.ClearButton]: '清除',
  [TranslatableString.AriaDateLabel]: '选择日期',
  [TranslatableString.OptionalObjectAdd]: '填写此部分',
  [TranslatableString.OptionalObjectRemove]: '删除此部分',
  [TranslatableString.OptionalObjectEmptyMsg]: '未填写',
  [TranslatableString.OptionPrefix]: '选项 %1',
  [TranslatableString.TitleOptionPrefix]: '%1（选项 %2）',
  [TranslatableString.DeprecatedLabel]: '%1（已停用）',
  [TranslatableString.UnsupportedField]: '此字段无法显示。',
};

/**
 * @param {string} text
 * @param {string[]} [params]
 * @returns {string}
 */
export function translateString(text, params = []) {
  return (WORDS[text] ?? '此处无法显示').replace(/%(\d)/g, (_all, n) => params[n - 1] ?? '');
}
